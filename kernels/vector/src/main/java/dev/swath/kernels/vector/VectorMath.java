package dev.swath.kernels.vector;

import static dev.swath.kernels.vector.Lanes.FMA;
import static dev.swath.kernels.vector.Lanes.SPECIES;
import static dev.swath.kernels.vector.Lanes.fma;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Transcendental functions on f32 vectors, the same bits in every lane and on every width. The polynomials are minimax
 * fits of our own; the stated errors are the largest met on dense sweeps, in units in the last place of the result (ulp).
 *
 * <p>The longest chains spell {@code fma} out: the compiler inlines the Vector API's own methods always, but stops inlining
 * others once a method has grown large, and a vector that crosses a real call is boxed.
 */
final class VectorMath {
    private static final float LOG2_E = 1.442695041f;
    private static final float LN2_HIGH = 0.693145751953125f; // 15 bits: n LN2_HIGH is exact for |n| < 2^9
    private static final float LN2_LOW = 1.42860677e-6f;

    /** Adding it rounds to an integer, which then stands in the low bits. */
    private static final float ROUND = 0x1.8p23f;

    private static final int ROUND_BITS = Float.floatToRawIntBits(ROUND);
    private static final int ONE_BITS = Float.floatToRawIntBits(1f);
    private static final int SIGN_BIT = 0x80000000;

    private static final float EXP_INFINITE_ABOVE = 88.72284f;
    private static final float EXP_ZERO_BELOW = -103.97208f;
    private static final float EXP_SUBNORMAL_BELOW = -87.33655f;
    private static final float TANH_ONE_ABOVE = 9.02f;

    // (exp(r) - 1 - r) / r^2 on |r| <= ln(2)/2
    private static final float E0 = 0.499999930507f;
    private static final float E1 = 0.166665147915f;
    private static final float E2 = 0.0416684567832f;
    private static final float E3 = 0.00836941883024f;
    private static final float E4 = 0.00138131448321f;

    // exp(a^2/2) erfc(|a|/sqrt 2) / 2 = t P(t) with t = 1 / (1 + TAIL_P |a|), on |a| <= 14
    private static final float TAIL_P = 0.26f;
    private static final float T0 = 0.1037590593f;
    private static final float T1 = 0.1030167591f;
    private static final float T2 = 0.1030301894f;
    private static final float T3 = 0.05102794744f;
    private static final float T4 = 0.1609471939f;
    private static final float T5 = -0.1509479421f;
    private static final float T6 = 0.2514903346f;
    private static final float T7 = -0.1528283308f;
    private static final float T8 = 0.03050477667f;
    private static final float TAIL_END = 13f;
    private static final float INV_SQRT_2_PI = 0.39894228f;

    private VectorMath() {}

    /** exp x, subnormal results and overflow included; at most 2 ulp. */
    static FloatVector exp(FloatVector x) {
        FloatVector z = fma(x, LOG2_E, FloatVector.broadcast(SPECIES, ROUND));
        FloatVector y = expm1Reduced(x, z.sub(ROUND)).add(1f);
        // 2^n in two factors, because n may lie outside of the exponent's range where the result does not.
        IntVector n = z.reinterpretAsInts().sub(ROUND_BITS);
        IntVector half = n.lanewise(VectorOperators.ASHR, 1);
        y = y.mul(power(half)).mul(power(n.sub(half)));
        y = y.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, EXP_INFINITE_ABOVE));
        return y.blend(0f, x.compare(VectorOperators.LT, EXP_ZERO_BELOW));
    }

    /** exp x for x at most 88, with 0 in place of subnormal results; at most 2 ulp. */
    static FloatVector expFlushed(FloatVector x) {
        return expNormal(x).blend(0f, x.compare(VectorOperators.LT, EXP_SUBNORMAL_BELOW));
    }

    /** exp x for x between -87.3 and 88. */
    private static FloatVector expNormal(FloatVector x) {
        FloatVector z = fma(x, LOG2_E, FloatVector.broadcast(SPECIES, ROUND));
        FloatVector n = z.sub(ROUND);
        return expNormal(z, fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x)));
    }

    /** exp(n ln 2 + r) for the n that stands in the low bits of z = n + {@link #ROUND}, and r within ln(2)/2 of 0. */
    private static FloatVector expNormal(FloatVector z, FloatVector r) {
        FloatVector y = fma(r, E4, FloatVector.broadcast(SPECIES, E3));
        y = FMA ? y.fma(r, FloatVector.broadcast(SPECIES, E2)) : y.mul(r).add(E2);
        y = FMA ? y.fma(r, FloatVector.broadcast(SPECIES, E1)) : y.mul(r).add(E1);
        y = FMA ? y.fma(r, FloatVector.broadcast(SPECIES, E0)) : y.mul(r).add(E0);
        y = FMA ? y.fma(r, FloatVector.broadcast(SPECIES, 1f)) : y.mul(r).add(1f);
        y = FMA ? y.fma(r, FloatVector.broadcast(SPECIES, 1f)) : y.mul(r).add(1f);
        // 2^n y: n is added to the exponent.
        IntVector shift = z.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        return y.reinterpretAsInts().add(shift).reinterpretAsFloats();
    }

    /** exp(x - n ln 2) - 1. */
    private static FloatVector expm1Reduced(FloatVector x, FloatVector n) {
        FloatVector r = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x));
        FloatVector q = r.mul(E4).add(E3);
        q = FMA ? q.fma(r, FloatVector.broadcast(SPECIES, E2)) : q.mul(r).add(E2);
        q = FMA ? q.fma(r, FloatVector.broadcast(SPECIES, E1)) : q.mul(r).add(E1);
        q = FMA ? q.fma(r, FloatVector.broadcast(SPECIES, E0)) : q.mul(r).add(E0);
        return fma(q.mul(r), r, r);
    }

    /** 2^n for n from -126 to 127, from the low 9 bits of {@code n}. */
    private static FloatVector power(IntVector n) {
        return n.lanewise(VectorOperators.LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
    }

    /** tanh x; at most 3 ulp. */
    static FloatVector tanh(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector a2 = a.add(a);
        FloatVector z = fma(a2, LOG2_E, FloatVector.broadcast(SPECIES, ROUND));
        FloatVector q = expm1Reduced(a2, z.sub(ROUND));
        FloatVector scale = power(z.reinterpretAsInts());
        FloatVector e = fma(scale, q, scale.sub(1f)); // exp(2a) - 1
        FloatVector y = e.div(e.add(2f)).blend(1f, a.compare(VectorOperators.GT, TANH_ONE_ABOVE));
        return withSign(y, x);
    }

    private static FloatVector withSign(FloatVector y, FloatVector x) {
        IntVector sign = x.reinterpretAsInts().and(SIGN_BIT);
        return y.reinterpretAsInts().or(sign).reinterpretAsFloats();
    }

    /** 1 / (1 + exp(-x)); at most 3 ulp where the result is normal. */
    static FloatVector sigmoid(FloatVector x) {
        return FloatVector.broadcast(SPECIES, 1f).div(exp(x.neg()).add(1f));
    }

    /** clamp(x + 3, 0, 6) / 6. */
    static FloatVector hardSigmoid(FloatVector x) {
        return x.add(3f).max(0f).min(6f).mul(1f / 6f);
    }

    /**
     * x Phi(x) = x/2 (1 + erf(x / sqrt 2)); at most 8 ulp, also where 1 + erf cancels, down to x = -13; below, 0 to
     * within 1e-37. Where the processor cannot multiply and add in one step, at most 70 ulp: near -12, where it is 1e-33.
     */
    static FloatVector gelu(FloatVector x) {
        FloatVector a = distance(x);
        // For x < 0 the tail is Phi(x) itself; for x > 0 it is what is missing from 1. So nothing cancels.
        FloatVector missing = tail(a).mul(gaussian(a));
        FloatVector y = x.blend(0f, x.compare(VectorOperators.LT, 0f));
        return FMA ? missing.fma(a, y) : missing.mul(a).add(y);
    }

    /** Phi(x) + x phi(x), the slope of {@link #gelu}; at most 3 ulp of 1. */
    static FloatVector geluSlope(FloatVector x) {
        FloatVector a = distance(x);
        // Of -|x|; the slopes of x and -x add up to 1.
        FloatVector slope = fma(a, INV_SQRT_2_PI, tail(a)).mul(gaussian(a));
        return slope.blend(slope.neg().add(1f), x.compare(VectorOperators.GT, 0f));
    }

    /** -|x|, at least -{@link #TAIL_END}. By comparison: {@code FloatVector.max} costs several times as much. */
    private static FloatVector distance(FloatVector x) {
        FloatVector a = x.reinterpretAsInts().or(SIGN_BIT).reinterpretAsFloats();
        return a.blend(-TAIL_END, a.compare(VectorOperators.LT, -TAIL_END));
    }

    /** exp(-a^2/2): the square is taken again, unrounded, where its nearest multiple of ln 2 is taken off. */
    private static FloatVector gaussian(FloatVector a) {
        FloatVector half = a.mul(-0.5f);
        FloatVector z = fma(half.mul(a), LOG2_E, FloatVector.broadcast(SPECIES, ROUND));
        FloatVector n = z.sub(ROUND);
        FloatVector r = fma(n, -LN2_LOW, fma(half, a, n.mul(-LN2_HIGH)));
        return expNormal(z, r);
    }

    /** (1 - Phi(|a|)) exp(a^2/2), for an a that is at most 0. */
    private static FloatVector tail(FloatVector a) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        FloatVector t = one.div(fma(a, -TAIL_P, one));
        FloatVector y = fma(t, T8, FloatVector.broadcast(SPECIES, T7));
        y = FMA ? y.fma(t, FloatVector.broadcast(SPECIES, T6)) : y.mul(t).add(T6);
        y = FMA ? y.fma(t, FloatVector.broadcast(SPECIES, T5)) : y.mul(t).add(T5);
        y = FMA ? y.fma(t, FloatVector.broadcast(SPECIES, T4)) : y.mul(t).add(T4);
        y = FMA ? y.fma(t, FloatVector.broadcast(SPECIES, T3)) : y.mul(t).add(T3);
        y = FMA ? y.fma(t, FloatVector.broadcast(SPECIES, T2)) : y.mul(t).add(T2);
        y = FMA ? y.fma(t, FloatVector.broadcast(SPECIES, T1)) : y.mul(t).add(T1);
        y = FMA ? y.fma(t, FloatVector.broadcast(SPECIES, T0)) : y.mul(t).add(T0);
        return y.mul(t);
    }
}
