package dev.swath.kernels.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.junit.jupiter.api.Test;

class VectorMathTest {
    private static float[] apply(UnaryOperator<FloatVector> f, float... x) {
        float[] padded = new float[(x.length / Lanes.LENGTH + 1) * Lanes.LENGTH];
        System.arraycopy(x, 0, padded, 0, x.length);
        for (int i = 0; i < padded.length; i += Lanes.LENGTH) {
            f.apply(FloatVector.fromArray(Lanes.SPECIES, padded, i)).intoArray(padded, i);
        }
        float[] y = new float[x.length];
        System.arraycopy(padded, 0, y, 0, y.length);
        return y;
    }

    private static float[] sweep(float from, float to) {
        float[] x = new float[200_000];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (from + (double) (to - from) * i / (x.length - 1));
        }
        return x;
    }

    /** Both signs, from the smallest subnormal number to 1.1, evenly over the exponents. */
    private static float[] allMagnitudes() {
        float[] x = new float[2 * 30_000];
        for (int i = 0; i < x.length / 2; i++) {
            x[2 * i] = Float.intBitsToFloat(1 + i * 35_500);
            x[2 * i + 1] = -x[2 * i];
        }
        return x;
    }

    private static void check(
            String name, UnaryOperator<FloatVector> f, DoubleUnaryOperator truth, double ulps, float[] x) {
        float[] y = apply(f, x);
        for (int i = 0; i < x.length; i++) {
            double expected = truth.applyAsDouble(x[i]);
            boolean overflow = expected > Float.MAX_VALUE;
            double error = overflow && y[i] == Float.POSITIVE_INFINITY
                    ? 0
                    : Math.abs(y[i] - expected) / Math.ulp((float) expected);
            int at = i;
            // Not a number is within nothing.
            assertTrue(error <= ulps, () -> name + " is off by " + error + " ulp at " + x[at] + ": " + y[at]);
        }
    }

    @Test
    void notANumberIsFound() {
        UnaryOperator<FloatVector> broken = v -> v.lanewise(VectorOperators.SQRT); // NaN for the first half
        assertThrows(
                AssertionError.class, () -> check("root", broken, x -> x < 0 ? 1 : Math.sqrt(x), 2, sweep(-1f, 1f)));
    }

    @Test
    void expIsWithinTwoUlp() {
        check("exp", VectorMath::exp, Math::exp, 2, sweep(-104.5f, 89.5f));
        check("exp", VectorMath::exp, Math::exp, 2, allMagnitudes());
        check("expFlushed", VectorMath::expFlushed, Math::exp, 2, sweep(-87.3f, 88f));
    }

    @Test
    void expOfSpecialValues() {
        float[] y = apply(
                VectorMath::exp,
                Float.NaN,
                Float.POSITIVE_INFINITY,
                Float.NEGATIVE_INFINITY,
                0f,
                -0f,
                Float.MAX_VALUE,
                -Float.MAX_VALUE,
                Float.MIN_VALUE);
        assertEquals(Float.NaN, y[0]);
        assertEquals(Float.POSITIVE_INFINITY, y[1]);
        assertEquals(0f, y[2]);
        assertEquals(1f, y[3]);
        assertEquals(1f, y[4]);
        assertEquals(Float.POSITIVE_INFINITY, y[5]);
        assertEquals(0f, y[6]);
        assertEquals(1f, y[7]);
        float[] flushed =
                apply(VectorMath::expFlushed, Float.NaN, Float.NEGATIVE_INFINITY, -10000f, -Float.MAX_VALUE, 0f, -90f);
        assertEquals(Float.NaN, flushed[0]);
        assertEquals(0f, flushed[1]);
        assertEquals(0f, flushed[2]);
        assertEquals(0f, flushed[3]);
        assertEquals(1f, flushed[4]);
        assertEquals(0f, flushed[5]);
    }

    @Test
    void tanhIsWithinThreeUlp() {
        check("tanh", VectorMath::tanh, Math::tanh, 3, sweep(-12f, 12f));
        check("tanh", VectorMath::tanh, Math::tanh, 3, sweep(-0.1f, 0.1f));
        check("tanh", VectorMath::tanh, Math::tanh, 3, allMagnitudes());
        float[] y = apply(VectorMath::tanh, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, 1e30f);
        assertEquals(Float.NaN, y[0]);
        assertEquals(1f, y[1]);
        assertEquals(-1f, y[2]);
        assertEquals(-0f, y[3]);
        assertEquals(1f, y[4]);
    }

    @Test
    void sigmoidIsWithinThreeUlp() {
        check("sigmoid", VectorMath::sigmoid, x -> 1 / (1 + Math.exp(-x)), 3, sweep(-87f, 40f));
        float[] y = apply(VectorMath::sigmoid, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0f);
        assertEquals(Float.NaN, y[0]);
        assertEquals(1f, y[1]);
        assertEquals(0f, y[2]);
        assertEquals(0.5f, y[3]);
    }

    @Test
    void geluIsWithinEightUlp() {
        // In two steps the square in its exponent is rounded, which shows where it is large.
        check("gelu", VectorMath::gelu, References::gelu, Lanes.FMA ? 8 : 70, sweep(-12.5f, 14f));
        check("gelu", VectorMath::gelu, References::gelu, 8, sweep(-0.1f, 0.1f));
        check("gelu", VectorMath::gelu, References::gelu, 8, allMagnitudes());
        float[] y = apply(VectorMath::gelu, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0f, -40f);
        assertEquals(Float.NaN, y[0]);
        assertEquals(Float.POSITIVE_INFINITY, y[1]);
        assertEquals(0f, y[2], 1e-37f);
        assertEquals(0f, y[3]);
        assertEquals(0f, y[4], 1e-37f);
    }

    @Test
    void geluSlopeIsWithinThreeUlpOfOne() {
        float[] x = sweep(-14f, 14f);
        float[] y = apply(VectorMath::geluSlope, x);
        double bound = Lanes.FMA ? 2e-7 : 3 * Math.ulp(1f);
        for (int i = 0; i < x.length; i++) {
            // The slope crosses zero near -0.75, so its error is bounded absolutely.
            float at = x[i];
            assertEquals(References.geluSlope(at), y[i], bound, () -> "at " + at);
        }
        float[] special = apply(VectorMath::geluSlope, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0f);
        assertEquals(Float.NaN, special[0]);
        assertEquals(1f, special[1]);
        assertEquals(0f, special[2], 1e-35f);
        assertEquals(0.5f, special[3], 1e-7f);
    }
}
