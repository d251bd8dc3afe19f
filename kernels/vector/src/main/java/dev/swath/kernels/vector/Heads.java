package dev.swath.kernels.vector;

import static dev.swath.kernels.vector.Lanes.LENGTH;
import static dev.swath.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Steps that the attention kernels share: rows of scores, and copies of one head's channels. */
final class Heads {
    /** Added to the scores of columns that only fill up the last vector: their probability is exactly 0. */
    static final float NOTHING = -1e30f;

    private Heads() {}

    /** {@code n} rounded up to whole vectors. */
    static int padded(int n) {
        return Math.ceilDiv(n, LENGTH) * LENGTH;
    }

    /** y[i] = scale x[i] for i below n. */
    static void scale(float[] y, int y0, float[] x, int x0, float scale, int n) {
        int i = 0;
        for (; i <= n - LENGTH; i += LENGTH) {
            FloatVector.fromArray(SPECIES, x, x0 + i).mul(scale).intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] = x[x0 + i] * scale;
        }
    }

    /** y[i ldy] = x[i] for i below n: one row becomes one column. */
    static void toColumn(float[] y, int y0, int ldy, float[] x, int x0, int n) {
        for (int i = 0; i < n; i++) {
            y[y0 + i * ldy] = x[x0 + i];
        }
    }

    /** s += bias over whole vectors; returns the greatest element. */
    static float addBias(float[] s, int s0, float[] bias, int bias0, int n) {
        FloatVector max = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        for (int j = 0; j < n; j += LENGTH) {
            FloatVector v =
                    FloatVector.fromArray(SPECIES, s, s0 + j).add(FloatVector.fromArray(SPECIES, bias, bias0 + j));
            v.intoArray(s, s0 + j);
            max = max.max(v);
        }
        return max.reduceLanes(VectorOperators.MAX);
    }

    /** s += bias + mask over whole vectors; returns the greatest element. */
    static float addBias(float[] s, int s0, float[] bias, int bias0, float[] mask, int mask0, int n) {
        FloatVector max = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        for (int j = 0; j < n; j += LENGTH) {
            FloatVector v = FloatVector.fromArray(SPECIES, s, s0 + j)
                    .add(FloatVector.fromArray(SPECIES, bias, bias0 + j))
                    .add(FloatVector.fromArray(SPECIES, mask, mask0 + j));
            v.intoArray(s, s0 + j);
            max = max.max(v);
        }
        return max.reduceLanes(VectorOperators.MAX);
    }

    /** s = exp(s - max) over whole vectors; returns the sum. */
    static float exponentials(float[] s, int s0, float max, int n) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int j = 0; j < n; j += LENGTH) {
            FloatVector e = VectorMath.expFlushed(
                    FloatVector.fromArray(SPECIES, s, s0 + j).sub(max));
            e.intoArray(s, s0 + j);
            sum = sum.add(e);
        }
        return Lanes.sum(sum);
    }
}
