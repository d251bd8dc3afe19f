package dev.swath.kernels.vector;

import static dev.swath.kernels.vector.Lanes.LENGTH;
import static dev.swath.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.jspecify.annotations.Nullable;

/** Steps that the attention kernels share: rows of scores, and copies of one head's channels. */
final class Heads {
    /** Added to the scores of columns that only fill up the last vector: their probability is exactly 0. */
    static final float NOTHING = -1e30f;

    private Heads() {}

    /** {@code n} rounded up to whole vectors. */
    static int padded(int n) {
        return Math.ceilDiv(n, LENGTH) * LENGTH;
    }

    /** y[i ldy] = x[i] for i below n: one row becomes one column. */
    static void toColumn(float[] y, int y0, int ldy, float[] x, int x0, int n) {
        for (int i = 0; i < n; i++) {
            y[y0 + i * ldy] = x[x0 + i];
        }
    }

    /**
     * Turns rows of scores s into exp(s + bias + mask - max). Adds nothing of its own to the inlining of its caller: it is
     * long enough to be compiled alone, because inlined into a large method its vectors would be boxed.
     *
     * @param n columns, whole vectors
     * @param bias row r is at {@code biasAt[r]}
     * @param mask row r is at {@code maskAt[r]}; or null
     * @param max receives each row's greatest score
     * @param sum receives each row's sum of exponentials
     */
    static void exponentials(
            float[] s,
            int s0,
            int lds,
            int rows,
            int n,
            float[] bias,
            int[] biasAt,
            float @Nullable [] mask,
            int[] maskAt,
            float[] max,
            float[] sum) {
        for (int r = 0; r < rows; r++) {
            int row = s0 + r * lds;
            int biasRow = biasAt[r];
            FloatVector top = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
            if (mask == null) {
                for (int j = 0; j < n; j += LENGTH) {
                    FloatVector v = FloatVector.fromArray(SPECIES, s, row + j);
                    v = v.add(FloatVector.fromArray(SPECIES, bias, biasRow + j));
                    v.intoArray(s, row + j);
                    top = top.blend(v, v.compare(VectorOperators.GT, top));
                }
            } else {
                int maskRow = maskAt[r];
                for (int j = 0; j < n; j += LENGTH) {
                    FloatVector v = FloatVector.fromArray(SPECIES, s, row + j);
                    v = v.add(FloatVector.fromArray(SPECIES, bias, biasRow + j));
                    v = v.add(FloatVector.fromArray(SPECIES, mask, maskRow + j));
                    v.intoArray(s, row + j);
                    top = top.blend(v, v.compare(VectorOperators.GT, top));
                }
            }
            float greatest = Lanes.max(top);
            FloatVector total = FloatVector.zero(SPECIES);
            for (int j = 0; j < n; j += LENGTH) {
                FloatVector v = FloatVector.fromArray(SPECIES, s, row + j);
                FloatVector e = VectorMath.expFlushed(v.sub(greatest));
                e.intoArray(s, row + j);
                total = total.add(e);
            }
            max[r] = greatest;
            sum[r] = Lanes.sum(total);
        }
    }
}
