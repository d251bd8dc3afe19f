package dev.swath.kernels.vector;

import static dev.swath.kernels.vector.Lanes.SPECIES;
import static dev.swath.kernels.vector.Lanes.fma;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Transcendental functions on f32 vectors, the same bits in every lane and on every width. The polynomials are minimax
 * fits of our own; the stated errors are the largest met on dense sweeps, in units in the last place of the result (ulp).
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

    // exp(a^2/2) erfc(a/sqrt 2) / 2 = t P(t) with t = 1 / (1 + TAIL_P a), on 0 <= a <= 14
    private static final float TAIL_P = 0.3f;
    private static final float T0 = 0.119686634074f;
    private static final float T1 = 0.119572841494f;
    private static final float T2 = 0.110227321942f;
    private static final float T3 = 0.0784255872281f;
    private static final float T4 = 0.096057812222f;
    private static final float T5 = -0.0792473164248f;
    private static final float T6 = 0.191581676284f;
    private static final float T7 = -0.228067506828f;
    private static final float T8 = 0.112375778035f;
    private static final float T9 = -0.0206128297509f;
    private static final float TAIL_ZERO_ABOVE = 13.2f;
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
        FloatVector z = fma(x, LOG2_E, FloatVector.broadcast(SPECIES, ROUND));
        FloatVector y = expm1Reduced(x, z.sub(ROUND)).add(1f);
        y = y.mul(power(z.reinterpretAsInts()));
        return y.blend(0f, x.compare(VectorOperators.LT, EXP_SUBNORMAL_BELOW));
    }

    /** exp(x - n ln 2) - 1. */
    private static FloatVector expm1Reduced(FloatVector x, FloatVector n) {
        FloatVector r = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x));
        FloatVector q = fma(r, E4, FloatVector.broadcast(SPECIES, E3));
        q = fma(q, r, FloatVector.broadcast(SPECIES, E2));
        q = fma(q, r, FloatVector.broadcast(SPECIES, E1));
        q = fma(q, r, FloatVector.broadcast(SPECIES, E0));
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
     * x Phi(x) = x/2 (1 + erf(x / sqrt 2)); at most 8 ulp, also where 1 + erf cancels. Negative infinity gives its limit 0.
     */
    static FloatVector gelu(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector density = gaussian(a);
        // For x < 0 the tail is Phi(x) itself; for x > 0 it is what is missing from 1. So nothing cancels.
        FloatVector lost = a.mul(tail(a, density)).blend(0f, a.compare(VectorOperators.GT, TAIL_ZERO_ABOVE));
        return x.max(0f).sub(lost);
    }

    /** Phi(x) + x phi(x), the slope of {@link #gelu}. */
    static FloatVector geluSlope(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector density = gaussian(a);
        FloatVector tail = tail(a, density).blend(0f, a.compare(VectorOperators.GT, TAIL_ZERO_ABOVE));
        FloatVector positive = FloatVector.broadcast(SPECIES, 1f).sub(tail);
        FloatVector phi = tail.blend(positive, x.compare(VectorOperators.GT, 0f));
        FloatVector slope = x.mul(density).mul(INV_SQRT_2_PI);
        return phi.add(slope.blend(0f, a.compare(VectorOperators.GT, TAIL_ZERO_ABOVE)));
    }

    /** exp(-a^2/2): the square's rounding error, which the exponential would magnify, is carried along. */
    private static FloatVector gaussian(FloatVector a) {
        FloatVector half = a.mul(-0.5f);
        FloatVector square = half.mul(a);
        FloatVector rest = fma(half, a, square.neg());
        FloatVector e = expFlushed(square);
        return fma(e, rest, e);
    }

    /** 1 - Phi(a) for a >= 0, given exp(-a^2/2). */
    private static FloatVector tail(FloatVector a, FloatVector density) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        FloatVector t = one.div(fma(a, TAIL_P, one));
        FloatVector s = t.mul(t);
        FloatVector even = fma(s, T8, FloatVector.broadcast(SPECIES, T6));
        FloatVector odd = fma(s, T9, FloatVector.broadcast(SPECIES, T7));
        even = fma(even, s, FloatVector.broadcast(SPECIES, T4));
        odd = fma(odd, s, FloatVector.broadcast(SPECIES, T5));
        even = fma(even, s, FloatVector.broadcast(SPECIES, T2));
        odd = fma(odd, s, FloatVector.broadcast(SPECIES, T3));
        even = fma(even, s, FloatVector.broadcast(SPECIES, T0));
        odd = fma(odd, s, FloatVector.broadcast(SPECIES, T1));
        return fma(odd, t, even).mul(t).mul(density);
    }
}
