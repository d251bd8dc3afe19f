package dev.swath.kernels.vector;

import static dev.swath.kernels.vector.Lanes.LENGTH;
import static dev.swath.kernels.vector.Lanes.SPECIES;
import static dev.swath.kernels.vector.Lanes.fma;

import jdk.incubator.vector.FloatVector;

/** {@link Tile}'s products with the left operand transposed. */
final class TransposedTile {
    private TransposedTile() {}

    /** c = a^T b: as {@link Tile#multiply}, but element (r, i) of the left operand is at {@code a0 + i lda + r}. */
    static void multiply(
            int rows,
            float[] c,
            int c0,
            int ldc,
            float[] a,
            int a0,
            int lda,
            float[] b,
            int b0,
            int ldb,
            int n,
            int k) {
        int j = 0;
        if (rows > 6) {
            for (; j <= n - 2 * LENGTH; j += 2 * LENGTH) {
                transposed12x2(c, c0 + j, ldc, a, a0, lda, b, b0 + j, ldb, k);
            }
            if (j < n) {
                transposed12x1(c, c0 + j, ldc, a, a0, lda, b, b0 + j, ldb, k);
            }
        } else {
            for (; j <= n - 2 * LENGTH; j += 2 * LENGTH) {
                transposed6x2(c, c0 + j, ldc, a, a0, lda, b, b0 + j, ldb, k);
            }
            if (j < n) {
                transposed6x1(c, c0 + j, ldc, a, a0, lda, b, b0 + j, ldb, k);
            }
        }
    }

    private static void transposed12x2(
            float[] c, int c0, int ldc, float[] a, int a0, int lda, float[] b, int b0, int ldb, int k) {
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
        for (int i = 0; i < k; i++) {
            FloatVector ba = FloatVector.fromArray(SPECIES, b, b0 + i * ldb);
            FloatVector bb = FloatVector.fromArray(SPECIES, b, b0 + i * ldb + LENGTH);
            int at = a0 + i * lda;
            FloatVector v0 = FloatVector.broadcast(SPECIES, a[at]);
            s0a = fma(v0, ba, s0a);
            s0b = fma(v0, bb, s0b);
            FloatVector v1 = FloatVector.broadcast(SPECIES, a[at + 1]);
            s1a = fma(v1, ba, s1a);
            s1b = fma(v1, bb, s1b);
            FloatVector v2 = FloatVector.broadcast(SPECIES, a[at + 2]);
            s2a = fma(v2, ba, s2a);
            s2b = fma(v2, bb, s2b);
            FloatVector v3 = FloatVector.broadcast(SPECIES, a[at + 3]);
            s3a = fma(v3, ba, s3a);
            s3b = fma(v3, bb, s3b);
            FloatVector v4 = FloatVector.broadcast(SPECIES, a[at + 4]);
            s4a = fma(v4, ba, s4a);
            s4b = fma(v4, bb, s4b);
            FloatVector v5 = FloatVector.broadcast(SPECIES, a[at + 5]);
            s5a = fma(v5, ba, s5a);
            s5b = fma(v5, bb, s5b);
            FloatVector v6 = FloatVector.broadcast(SPECIES, a[at + 6]);
            s6a = fma(v6, ba, s6a);
            s6b = fma(v6, bb, s6b);
            FloatVector v7 = FloatVector.broadcast(SPECIES, a[at + 7]);
            s7a = fma(v7, ba, s7a);
            s7b = fma(v7, bb, s7b);
            FloatVector v8 = FloatVector.broadcast(SPECIES, a[at + 8]);
            s8a = fma(v8, ba, s8a);
            s8b = fma(v8, bb, s8b);
            FloatVector v9 = FloatVector.broadcast(SPECIES, a[at + 9]);
            s9a = fma(v9, ba, s9a);
            s9b = fma(v9, bb, s9b);
            FloatVector v10 = FloatVector.broadcast(SPECIES, a[at + 10]);
            s10a = fma(v10, ba, s10a);
            s10b = fma(v10, bb, s10b);
            FloatVector v11 = FloatVector.broadcast(SPECIES, a[at + 11]);
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

    private static void transposed12x1(
            float[] c, int c0, int ldc, float[] a, int a0, int lda, float[] b, int b0, int ldb, int k) {
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
        for (int i = 0; i < k; i++) {
            FloatVector ba = FloatVector.fromArray(SPECIES, b, b0 + i * ldb);
            int at = a0 + i * lda;
            FloatVector v0 = FloatVector.broadcast(SPECIES, a[at]);
            s0a = fma(v0, ba, s0a);
            FloatVector v1 = FloatVector.broadcast(SPECIES, a[at + 1]);
            s1a = fma(v1, ba, s1a);
            FloatVector v2 = FloatVector.broadcast(SPECIES, a[at + 2]);
            s2a = fma(v2, ba, s2a);
            FloatVector v3 = FloatVector.broadcast(SPECIES, a[at + 3]);
            s3a = fma(v3, ba, s3a);
            FloatVector v4 = FloatVector.broadcast(SPECIES, a[at + 4]);
            s4a = fma(v4, ba, s4a);
            FloatVector v5 = FloatVector.broadcast(SPECIES, a[at + 5]);
            s5a = fma(v5, ba, s5a);
            FloatVector v6 = FloatVector.broadcast(SPECIES, a[at + 6]);
            s6a = fma(v6, ba, s6a);
            FloatVector v7 = FloatVector.broadcast(SPECIES, a[at + 7]);
            s7a = fma(v7, ba, s7a);
            FloatVector v8 = FloatVector.broadcast(SPECIES, a[at + 8]);
            s8a = fma(v8, ba, s8a);
            FloatVector v9 = FloatVector.broadcast(SPECIES, a[at + 9]);
            s9a = fma(v9, ba, s9a);
            FloatVector v10 = FloatVector.broadcast(SPECIES, a[at + 10]);
            s10a = fma(v10, ba, s10a);
            FloatVector v11 = FloatVector.broadcast(SPECIES, a[at + 11]);
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

    private static void transposed6x2(
            float[] c, int c0, int ldc, float[] a, int a0, int lda, float[] b, int b0, int ldb, int k) {
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
        for (int i = 0; i < k; i++) {
            FloatVector ba = FloatVector.fromArray(SPECIES, b, b0 + i * ldb);
            FloatVector bb = FloatVector.fromArray(SPECIES, b, b0 + i * ldb + LENGTH);
            int at = a0 + i * lda;
            FloatVector v0 = FloatVector.broadcast(SPECIES, a[at]);
            s0a = fma(v0, ba, s0a);
            s0b = fma(v0, bb, s0b);
            FloatVector v1 = FloatVector.broadcast(SPECIES, a[at + 1]);
            s1a = fma(v1, ba, s1a);
            s1b = fma(v1, bb, s1b);
            FloatVector v2 = FloatVector.broadcast(SPECIES, a[at + 2]);
            s2a = fma(v2, ba, s2a);
            s2b = fma(v2, bb, s2b);
            FloatVector v3 = FloatVector.broadcast(SPECIES, a[at + 3]);
            s3a = fma(v3, ba, s3a);
            s3b = fma(v3, bb, s3b);
            FloatVector v4 = FloatVector.broadcast(SPECIES, a[at + 4]);
            s4a = fma(v4, ba, s4a);
            s4b = fma(v4, bb, s4b);
            FloatVector v5 = FloatVector.broadcast(SPECIES, a[at + 5]);
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

    private static void transposed6x1(
            float[] c, int c0, int ldc, float[] a, int a0, int lda, float[] b, int b0, int ldb, int k) {
        FloatVector s0a = FloatVector.zero(SPECIES);
        FloatVector s1a = FloatVector.zero(SPECIES);
        FloatVector s2a = FloatVector.zero(SPECIES);
        FloatVector s3a = FloatVector.zero(SPECIES);
        FloatVector s4a = FloatVector.zero(SPECIES);
        FloatVector s5a = FloatVector.zero(SPECIES);
        for (int i = 0; i < k; i++) {
            FloatVector ba = FloatVector.fromArray(SPECIES, b, b0 + i * ldb);
            int at = a0 + i * lda;
            FloatVector v0 = FloatVector.broadcast(SPECIES, a[at]);
            s0a = fma(v0, ba, s0a);
            FloatVector v1 = FloatVector.broadcast(SPECIES, a[at + 1]);
            s1a = fma(v1, ba, s1a);
            FloatVector v2 = FloatVector.broadcast(SPECIES, a[at + 2]);
            s2a = fma(v2, ba, s2a);
            FloatVector v3 = FloatVector.broadcast(SPECIES, a[at + 3]);
            s3a = fma(v3, ba, s3a);
            FloatVector v4 = FloatVector.broadcast(SPECIES, a[at + 4]);
            s4a = fma(v4, ba, s4a);
            FloatVector v5 = FloatVector.broadcast(SPECIES, a[at + 5]);
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
