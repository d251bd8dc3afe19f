package dev.swath.kernels.vector;

import static dev.swath.kernels.vector.Lanes.LENGTH;
import static dev.swath.kernels.vector.Lanes.SPECIES;
import static dev.swath.kernels.vector.Lanes.fma;

import jdk.incubator.vector.FloatVector;

/**
 * Products of a few rows with a matrix that lies in the cache, for the attention kernels. All sums of a block stay in
 * registers, which is why every one has a name and why each block shape is a method: arrays of vectors would be boxed.
 */
final class Tile {
    /** The most rows of one block: 24 sums and what they are made of fill 32 registers, 12 sums fill 16. */
    static final int ROWS = LENGTH == 16 ? 12 : 6;

    private Tile() {}

    /**
     * Rows of the blocks that cover {@code rows}: the operands must be that long, with any finite numbers at the end.
     */
    static int rounded(int rows) {
        int rest = rows % ROWS;
        return rows - rest + (rest == 0 ? 0 : rest <= 6 ? 6 : 12);
    }

    /**
     * c = a b, for {@code rows} of {@link #rounded} rows, at most {@link #ROWS}.
     *
     * @param lda distance between the rows of a
     * @param step distance between the columns of a: 1, or with lda 1 the row length of a matrix that is read
     *     transposed
     * @param n columns of b and c, a multiple of the vector length
     * @param k columns of a, rows of b
     */
    static void multiply(
            int rows,
            float[] c,
            int c0,
            int ldc,
            float[] a,
            int a0,
            int lda,
            int step,
            float[] b,
            int b0,
            int ldb,
            int n,
            int k) {
        int j = 0;
        if (rows > 6) {
            for (; j <= n - 2 * LENGTH; j += 2 * LENGTH) {
                block12x2(c, c0 + j, ldc, a, a0, lda, step, b, b0 + j, ldb, k);
            }
            if (j < n) {
                block12x1(c, c0 + j, ldc, a, a0, lda, step, b, b0 + j, ldb, k);
            }
        } else {
            for (; j <= n - 2 * LENGTH; j += 2 * LENGTH) {
                block6x2(c, c0 + j, ldc, a, a0, lda, step, b, b0 + j, ldb, k);
            }
            if (j < n) {
                block6x1(c, c0 + j, ldc, a, a0, lda, step, b, b0 + j, ldb, k);
            }
        }
    }

    private static void block12x2(
            float[] c, int c0, int ldc, float[] a, int a0, int lda, int step, float[] b, int b0, int ldb, int k) {
        FloatVector s0a = FloatVector.zero(SPECIES);
        FloatVector s0b = FloatVector.zero(SPECIES);
        FloatVector s1a = FloatVector.zero(SPECIES);
        FloatVector s1b = FloatVector.zero(SPECIES);
        FloatVector s2a = FloatVector.zero(SPECIES);
        FloatVector s2b = FloatVector.zero(SPECIES);
        FloatVector s3a = FloatVector.zero(SPECIES);
        FloatVector s3b = FloatVector.zero(SPECIES);
        FloatVector s4a = FloatVector.zero(SPECIES);
        FloatVector s4b = FloatVector.zero(SPECIES);
        FloatVector s5a = FloatVector.zero(SPECIES);
        FloatVector s5b = FloatVector.zero(SPECIES);
        FloatVector s6a = FloatVector.zero(SPECIES);
        FloatVector s6b = FloatVector.zero(SPECIES);
        FloatVector s7a = FloatVector.zero(SPECIES);
        FloatVector s7b = FloatVector.zero(SPECIES);
        FloatVector s8a = FloatVector.zero(SPECIES);
        FloatVector s8b = FloatVector.zero(SPECIES);
        FloatVector s9a = FloatVector.zero(SPECIES);
        FloatVector s9b = FloatVector.zero(SPECIES);
        FloatVector s10a = FloatVector.zero(SPECIES);
        FloatVector s10b = FloatVector.zero(SPECIES);
        FloatVector s11a = FloatVector.zero(SPECIES);
        FloatVector s11b = FloatVector.zero(SPECIES);
        int a1 = a0 + lda;
        int a2 = a1 + lda;
        int a3 = a2 + lda;
        int a4 = a3 + lda;
        int a5 = a4 + lda;
        int a6 = a5 + lda;
        int a7 = a6 + lda;
        int a8 = a7 + lda;
        int a9 = a8 + lda;
        int a10 = a9 + lda;
        int a11 = a10 + lda;
        for (int i = 0, at = 0; i < k; i++, at += step) {
            FloatVector ba = FloatVector.fromArray(SPECIES, b, b0 + i * ldb);
            FloatVector bb = FloatVector.fromArray(SPECIES, b, b0 + i * ldb + LENGTH);
            FloatVector v0 = FloatVector.broadcast(SPECIES, a[a0 + at]);
            s0a = fma(v0, ba, s0a);
            s0b = fma(v0, bb, s0b);
            FloatVector v1 = FloatVector.broadcast(SPECIES, a[a1 + at]);
            s1a = fma(v1, ba, s1a);
            s1b = fma(v1, bb, s1b);
            FloatVector v2 = FloatVector.broadcast(SPECIES, a[a2 + at]);
            s2a = fma(v2, ba, s2a);
            s2b = fma(v2, bb, s2b);
            FloatVector v3 = FloatVector.broadcast(SPECIES, a[a3 + at]);
            s3a = fma(v3, ba, s3a);
            s3b = fma(v3, bb, s3b);
            FloatVector v4 = FloatVector.broadcast(SPECIES, a[a4 + at]);
            s4a = fma(v4, ba, s4a);
            s4b = fma(v4, bb, s4b);
            FloatVector v5 = FloatVector.broadcast(SPECIES, a[a5 + at]);
            s5a = fma(v5, ba, s5a);
            s5b = fma(v5, bb, s5b);
            FloatVector v6 = FloatVector.broadcast(SPECIES, a[a6 + at]);
            s6a = fma(v6, ba, s6a);
            s6b = fma(v6, bb, s6b);
            FloatVector v7 = FloatVector.broadcast(SPECIES, a[a7 + at]);
            s7a = fma(v7, ba, s7a);
            s7b = fma(v7, bb, s7b);
            FloatVector v8 = FloatVector.broadcast(SPECIES, a[a8 + at]);
            s8a = fma(v8, ba, s8a);
            s8b = fma(v8, bb, s8b);
            FloatVector v9 = FloatVector.broadcast(SPECIES, a[a9 + at]);
            s9a = fma(v9, ba, s9a);
            s9b = fma(v9, bb, s9b);
            FloatVector v10 = FloatVector.broadcast(SPECIES, a[a10 + at]);
            s10a = fma(v10, ba, s10a);
            s10b = fma(v10, bb, s10b);
            FloatVector v11 = FloatVector.broadcast(SPECIES, a[a11 + at]);
            s11a = fma(v11, ba, s11a);
            s11b = fma(v11, bb, s11b);
        }
        s0a.intoArray(c, c0);
        s0b.intoArray(c, c0 + LENGTH);
        c0 += ldc;
        s1a.intoArray(c, c0);
        s1b.intoArray(c, c0 + LENGTH);
        c0 += ldc;
        s2a.intoArray(c, c0);
        s2b.intoArray(c, c0 + LENGTH);
        c0 += ldc;
        s3a.intoArray(c, c0);
        s3b.intoArray(c, c0 + LENGTH);
        c0 += ldc;
        s4a.intoArray(c, c0);
        s4b.intoArray(c, c0 + LENGTH);
        c0 += ldc;
        s5a.intoArray(c, c0);
        s5b.intoArray(c, c0 + LENGTH);
        c0 += ldc;
        s6a.intoArray(c, c0);
        s6b.intoArray(c, c0 + LENGTH);
        c0 += ldc;
        s7a.intoArray(c, c0);
        s7b.intoArray(c, c0 + LENGTH);
        c0 += ldc;
        s8a.intoArray(c, c0);
        s8b.intoArray(c, c0 + LENGTH);
        c0 += ldc;
        s9a.intoArray(c, c0);
        s9b.intoArray(c, c0 + LENGTH);
        c0 += ldc;
        s10a.intoArray(c, c0);
        s10b.intoArray(c, c0 + LENGTH);
        c0 += ldc;
        s11a.intoArray(c, c0);
        s11b.intoArray(c, c0 + LENGTH);
    }

    private static void block12x1(
            float[] c, int c0, int ldc, float[] a, int a0, int lda, int step, float[] b, int b0, int ldb, int k) {
        FloatVector s0a = FloatVector.zero(SPECIES);
        FloatVector s1a = FloatVector.zero(SPECIES);
        FloatVector s2a = FloatVector.zero(SPECIES);
        FloatVector s3a = FloatVector.zero(SPECIES);
        FloatVector s4a = FloatVector.zero(SPECIES);
        FloatVector s5a = FloatVector.zero(SPECIES);
        FloatVector s6a = FloatVector.zero(SPECIES);
        FloatVector s7a = FloatVector.zero(SPECIES);
        FloatVector s8a = FloatVector.zero(SPECIES);
        FloatVector s9a = FloatVector.zero(SPECIES);
        FloatVector s10a = FloatVector.zero(SPECIES);
        FloatVector s11a = FloatVector.zero(SPECIES);
        int a1 = a0 + lda;
        int a2 = a1 + lda;
        int a3 = a2 + lda;
        int a4 = a3 + lda;
        int a5 = a4 + lda;
        int a6 = a5 + lda;
        int a7 = a6 + lda;
        int a8 = a7 + lda;
        int a9 = a8 + lda;
        int a10 = a9 + lda;
        int a11 = a10 + lda;
        for (int i = 0, at = 0; i < k; i++, at += step) {
            FloatVector ba = FloatVector.fromArray(SPECIES, b, b0 + i * ldb);
            FloatVector v0 = FloatVector.broadcast(SPECIES, a[a0 + at]);
            s0a = fma(v0, ba, s0a);
            FloatVector v1 = FloatVector.broadcast(SPECIES, a[a1 + at]);
            s1a = fma(v1, ba, s1a);
            FloatVector v2 = FloatVector.broadcast(SPECIES, a[a2 + at]);
            s2a = fma(v2, ba, s2a);
            FloatVector v3 = FloatVector.broadcast(SPECIES, a[a3 + at]);
            s3a = fma(v3, ba, s3a);
            FloatVector v4 = FloatVector.broadcast(SPECIES, a[a4 + at]);
            s4a = fma(v4, ba, s4a);
            FloatVector v5 = FloatVector.broadcast(SPECIES, a[a5 + at]);
            s5a = fma(v5, ba, s5a);
            FloatVector v6 = FloatVector.broadcast(SPECIES, a[a6 + at]);
            s6a = fma(v6, ba, s6a);
            FloatVector v7 = FloatVector.broadcast(SPECIES, a[a7 + at]);
            s7a = fma(v7, ba, s7a);
            FloatVector v8 = FloatVector.broadcast(SPECIES, a[a8 + at]);
            s8a = fma(v8, ba, s8a);
            FloatVector v9 = FloatVector.broadcast(SPECIES, a[a9 + at]);
            s9a = fma(v9, ba, s9a);
            FloatVector v10 = FloatVector.broadcast(SPECIES, a[a10 + at]);
            s10a = fma(v10, ba, s10a);
            FloatVector v11 = FloatVector.broadcast(SPECIES, a[a11 + at]);
            s11a = fma(v11, ba, s11a);
        }
        s0a.intoArray(c, c0);
        c0 += ldc;
        s1a.intoArray(c, c0);
        c0 += ldc;
        s2a.intoArray(c, c0);
        c0 += ldc;
        s3a.intoArray(c, c0);
        c0 += ldc;
        s4a.intoArray(c, c0);
        c0 += ldc;
        s5a.intoArray(c, c0);
        c0 += ldc;
        s6a.intoArray(c, c0);
        c0 += ldc;
        s7a.intoArray(c, c0);
        c0 += ldc;
        s8a.intoArray(c, c0);
        c0 += ldc;
        s9a.intoArray(c, c0);
        c0 += ldc;
        s10a.intoArray(c, c0);
        c0 += ldc;
        s11a.intoArray(c, c0);
    }

    private static void block6x2(
            float[] c, int c0, int ldc, float[] a, int a0, int lda, int step, float[] b, int b0, int ldb, int k) {
        FloatVector s0a = FloatVector.zero(SPECIES);
        FloatVector s0b = FloatVector.zero(SPECIES);
        FloatVector s1a = FloatVector.zero(SPECIES);
        FloatVector s1b = FloatVector.zero(SPECIES);
        FloatVector s2a = FloatVector.zero(SPECIES);
        FloatVector s2b = FloatVector.zero(SPECIES);
        FloatVector s3a = FloatVector.zero(SPECIES);
        FloatVector s3b = FloatVector.zero(SPECIES);
        FloatVector s4a = FloatVector.zero(SPECIES);
        FloatVector s4b = FloatVector.zero(SPECIES);
        FloatVector s5a = FloatVector.zero(SPECIES);
        FloatVector s5b = FloatVector.zero(SPECIES);
        int a1 = a0 + lda;
        int a2 = a1 + lda;
        int a3 = a2 + lda;
        int a4 = a3 + lda;
        int a5 = a4 + lda;
        for (int i = 0, at = 0; i < k; i++, at += step) {
            FloatVector ba = FloatVector.fromArray(SPECIES, b, b0 + i * ldb);
            FloatVector bb = FloatVector.fromArray(SPECIES, b, b0 + i * ldb + LENGTH);
            FloatVector v0 = FloatVector.broadcast(SPECIES, a[a0 + at]);
            s0a = fma(v0, ba, s0a);
            s0b = fma(v0, bb, s0b);
            FloatVector v1 = FloatVector.broadcast(SPECIES, a[a1 + at]);
            s1a = fma(v1, ba, s1a);
            s1b = fma(v1, bb, s1b);
            FloatVector v2 = FloatVector.broadcast(SPECIES, a[a2 + at]);
            s2a = fma(v2, ba, s2a);
            s2b = fma(v2, bb, s2b);
            FloatVector v3 = FloatVector.broadcast(SPECIES, a[a3 + at]);
            s3a = fma(v3, ba, s3a);
            s3b = fma(v3, bb, s3b);
            FloatVector v4 = FloatVector.broadcast(SPECIES, a[a4 + at]);
            s4a = fma(v4, ba, s4a);
            s4b = fma(v4, bb, s4b);
            FloatVector v5 = FloatVector.broadcast(SPECIES, a[a5 + at]);
            s5a = fma(v5, ba, s5a);
            s5b = fma(v5, bb, s5b);
        }
        s0a.intoArray(c, c0);
        s0b.intoArray(c, c0 + LENGTH);
        c0 += ldc;
        s1a.intoArray(c, c0);
        s1b.intoArray(c, c0 + LENGTH);
        c0 += ldc;
        s2a.intoArray(c, c0);
        s2b.intoArray(c, c0 + LENGTH);
        c0 += ldc;
        s3a.intoArray(c, c0);
        s3b.intoArray(c, c0 + LENGTH);
        c0 += ldc;
        s4a.intoArray(c, c0);
        s4b.intoArray(c, c0 + LENGTH);
        c0 += ldc;
        s5a.intoArray(c, c0);
        s5b.intoArray(c, c0 + LENGTH);
    }

    private static void block6x1(
            float[] c, int c0, int ldc, float[] a, int a0, int lda, int step, float[] b, int b0, int ldb, int k) {
        FloatVector s0a = FloatVector.zero(SPECIES);
        FloatVector s1a = FloatVector.zero(SPECIES);
        FloatVector s2a = FloatVector.zero(SPECIES);
        FloatVector s3a = FloatVector.zero(SPECIES);
        FloatVector s4a = FloatVector.zero(SPECIES);
        FloatVector s5a = FloatVector.zero(SPECIES);
        int a1 = a0 + lda;
        int a2 = a1 + lda;
        int a3 = a2 + lda;
        int a4 = a3 + lda;
        int a5 = a4 + lda;
        for (int i = 0, at = 0; i < k; i++, at += step) {
            FloatVector ba = FloatVector.fromArray(SPECIES, b, b0 + i * ldb);
            FloatVector v0 = FloatVector.broadcast(SPECIES, a[a0 + at]);
            s0a = fma(v0, ba, s0a);
            FloatVector v1 = FloatVector.broadcast(SPECIES, a[a1 + at]);
            s1a = fma(v1, ba, s1a);
            FloatVector v2 = FloatVector.broadcast(SPECIES, a[a2 + at]);
            s2a = fma(v2, ba, s2a);
            FloatVector v3 = FloatVector.broadcast(SPECIES, a[a3 + at]);
            s3a = fma(v3, ba, s3a);
            FloatVector v4 = FloatVector.broadcast(SPECIES, a[a4 + at]);
            s4a = fma(v4, ba, s4a);
            FloatVector v5 = FloatVector.broadcast(SPECIES, a[a5 + at]);
            s5a = fma(v5, ba, s5a);
        }
        s0a.intoArray(c, c0);
        c0 += ldc;
        s1a.intoArray(c, c0);
        c0 += ldc;
        s2a.intoArray(c, c0);
        c0 += ldc;
        s3a.intoArray(c, c0);
        c0 += ldc;
        s4a.intoArray(c, c0);
        c0 += ldc;
        s5a.intoArray(c, c0);
    }
}
