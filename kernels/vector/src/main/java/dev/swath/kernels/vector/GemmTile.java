package dev.swath.kernels.vector;

import static dev.swath.kernels.vector.Lanes.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost product: a few rows of A, read in place by scalar broadcast, times one packed panel of B, two vectors
 * wide, added to C. The accumulators of twelve rows fill 24 of the 32 registers of AVX-512; narrower machines have 16
 * and take at most four rows. Each method keeps its vectors in local variables, or they would become objects. The
 * choice by {@link Lanes#FMA} is written out: with a call of {@link Lanes#fma} for each of the 24 sums, twelve rows of
 * 512 bits were measured to take 25 times as long.
 */
final class GemmTile {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int W = Lanes.LENGTH;
    /** Columns of a panel. */
    static final int COLUMNS = 2 * W;
    /** Most rows that one call of a kernel takes. */
    static final int ROWS = W >= 16 ? 12 : 4;

    private GemmTile() {}

    /** C (rows, COLUMNS) at row stride ldc += A (rows, k) at row stride lda times the panel (k, COLUMNS). */
    static void multiply(float[] a, int a0, int lda, float[] b, int b0, int k, float[] c, int c0, int ldc, int rows) {
        int r = 0;
        for (; r + 12 <= rows && ROWS == 12; r += 12) {
            rows12(a, a0 + r * lda, lda, b, b0, k, c, c0 + r * ldc, ldc);
        }
        for (; r + 8 <= rows && ROWS == 12; r += 8) {
            rows8(a, a0 + r * lda, lda, b, b0, k, c, c0 + r * ldc, ldc);
        }
        for (; r + 4 <= rows; r += 4) {
            rows4(a, a0 + r * lda, lda, b, b0, k, c, c0 + r * ldc, ldc);
        }
        for (; r < rows; r++) {
            rows1(a, a0 + r * lda, lda, b, b0, k, c, c0 + r * ldc, ldc);
        }
    }

    /** 12 rows: C += A B over one panel. */
    private static void rows12(float[] a, int a0, int lda, float[] b, int b0, int k, float[] c, int c0, int ldc) {
        FloatVector x0 = FloatVector.fromArray(S, c, c0);
        FloatVector y0 = FloatVector.fromArray(S, c, c0 + W);
        FloatVector x1 = FloatVector.fromArray(S, c, c0 + ldc);
        FloatVector y1 = FloatVector.fromArray(S, c, c0 + ldc + W);
        FloatVector x2 = FloatVector.fromArray(S, c, c0 + 2 * ldc);
        FloatVector y2 = FloatVector.fromArray(S, c, c0 + 2 * ldc + W);
        FloatVector x3 = FloatVector.fromArray(S, c, c0 + 3 * ldc);
        FloatVector y3 = FloatVector.fromArray(S, c, c0 + 3 * ldc + W);
        FloatVector x4 = FloatVector.fromArray(S, c, c0 + 4 * ldc);
        FloatVector y4 = FloatVector.fromArray(S, c, c0 + 4 * ldc + W);
        FloatVector x5 = FloatVector.fromArray(S, c, c0 + 5 * ldc);
        FloatVector y5 = FloatVector.fromArray(S, c, c0 + 5 * ldc + W);
        FloatVector x6 = FloatVector.fromArray(S, c, c0 + 6 * ldc);
        FloatVector y6 = FloatVector.fromArray(S, c, c0 + 6 * ldc + W);
        FloatVector x7 = FloatVector.fromArray(S, c, c0 + 7 * ldc);
        FloatVector y7 = FloatVector.fromArray(S, c, c0 + 7 * ldc + W);
        FloatVector x8 = FloatVector.fromArray(S, c, c0 + 8 * ldc);
        FloatVector y8 = FloatVector.fromArray(S, c, c0 + 8 * ldc + W);
        FloatVector x9 = FloatVector.fromArray(S, c, c0 + 9 * ldc);
        FloatVector y9 = FloatVector.fromArray(S, c, c0 + 9 * ldc + W);
        FloatVector x10 = FloatVector.fromArray(S, c, c0 + 10 * ldc);
        FloatVector y10 = FloatVector.fromArray(S, c, c0 + 10 * ldc + W);
        FloatVector x11 = FloatVector.fromArray(S, c, c0 + 11 * ldc);
        FloatVector y11 = FloatVector.fromArray(S, c, c0 + 11 * ldc + W);
        for (int l = 0, at = b0; l < k; l++, at += 2 * W) {
            FloatVector u = FloatVector.fromArray(S, b, at);
            FloatVector v = FloatVector.fromArray(S, b, at + W);
            FloatVector e0 = FloatVector.broadcast(S, a[a0 + l]);
            x0 = FMA ? e0.fma(u, x0) : e0.mul(u).add(x0);
            y0 = FMA ? e0.fma(v, y0) : e0.mul(v).add(y0);
            FloatVector e1 = FloatVector.broadcast(S, a[a0 + lda + l]);
            x1 = FMA ? e1.fma(u, x1) : e1.mul(u).add(x1);
            y1 = FMA ? e1.fma(v, y1) : e1.mul(v).add(y1);
            FloatVector e2 = FloatVector.broadcast(S, a[a0 + 2 * lda + l]);
            x2 = FMA ? e2.fma(u, x2) : e2.mul(u).add(x2);
            y2 = FMA ? e2.fma(v, y2) : e2.mul(v).add(y2);
            FloatVector e3 = FloatVector.broadcast(S, a[a0 + 3 * lda + l]);
            x3 = FMA ? e3.fma(u, x3) : e3.mul(u).add(x3);
            y3 = FMA ? e3.fma(v, y3) : e3.mul(v).add(y3);
            FloatVector e4 = FloatVector.broadcast(S, a[a0 + 4 * lda + l]);
            x4 = FMA ? e4.fma(u, x4) : e4.mul(u).add(x4);
            y4 = FMA ? e4.fma(v, y4) : e4.mul(v).add(y4);
            FloatVector e5 = FloatVector.broadcast(S, a[a0 + 5 * lda + l]);
            x5 = FMA ? e5.fma(u, x5) : e5.mul(u).add(x5);
            y5 = FMA ? e5.fma(v, y5) : e5.mul(v).add(y5);
            FloatVector e6 = FloatVector.broadcast(S, a[a0 + 6 * lda + l]);
            x6 = FMA ? e6.fma(u, x6) : e6.mul(u).add(x6);
            y6 = FMA ? e6.fma(v, y6) : e6.mul(v).add(y6);
            FloatVector e7 = FloatVector.broadcast(S, a[a0 + 7 * lda + l]);
            x7 = FMA ? e7.fma(u, x7) : e7.mul(u).add(x7);
            y7 = FMA ? e7.fma(v, y7) : e7.mul(v).add(y7);
            FloatVector e8 = FloatVector.broadcast(S, a[a0 + 8 * lda + l]);
            x8 = FMA ? e8.fma(u, x8) : e8.mul(u).add(x8);
            y8 = FMA ? e8.fma(v, y8) : e8.mul(v).add(y8);
            FloatVector e9 = FloatVector.broadcast(S, a[a0 + 9 * lda + l]);
            x9 = FMA ? e9.fma(u, x9) : e9.mul(u).add(x9);
            y9 = FMA ? e9.fma(v, y9) : e9.mul(v).add(y9);
            FloatVector e10 = FloatVector.broadcast(S, a[a0 + 10 * lda + l]);
            x10 = FMA ? e10.fma(u, x10) : e10.mul(u).add(x10);
            y10 = FMA ? e10.fma(v, y10) : e10.mul(v).add(y10);
            FloatVector e11 = FloatVector.broadcast(S, a[a0 + 11 * lda + l]);
            x11 = FMA ? e11.fma(u, x11) : e11.mul(u).add(x11);
            y11 = FMA ? e11.fma(v, y11) : e11.mul(v).add(y11);
        }
        x0.intoArray(c, c0);
        y0.intoArray(c, c0 + W);
        x1.intoArray(c, c0 + ldc);
        y1.intoArray(c, c0 + ldc + W);
        x2.intoArray(c, c0 + 2 * ldc);
        y2.intoArray(c, c0 + 2 * ldc + W);
        x3.intoArray(c, c0 + 3 * ldc);
        y3.intoArray(c, c0 + 3 * ldc + W);
        x4.intoArray(c, c0 + 4 * ldc);
        y4.intoArray(c, c0 + 4 * ldc + W);
        x5.intoArray(c, c0 + 5 * ldc);
        y5.intoArray(c, c0 + 5 * ldc + W);
        x6.intoArray(c, c0 + 6 * ldc);
        y6.intoArray(c, c0 + 6 * ldc + W);
        x7.intoArray(c, c0 + 7 * ldc);
        y7.intoArray(c, c0 + 7 * ldc + W);
        x8.intoArray(c, c0 + 8 * ldc);
        y8.intoArray(c, c0 + 8 * ldc + W);
        x9.intoArray(c, c0 + 9 * ldc);
        y9.intoArray(c, c0 + 9 * ldc + W);
        x10.intoArray(c, c0 + 10 * ldc);
        y10.intoArray(c, c0 + 10 * ldc + W);
        x11.intoArray(c, c0 + 11 * ldc);
        y11.intoArray(c, c0 + 11 * ldc + W);
    }

    /** 8 rows: C += A B over one panel. */
    private static void rows8(float[] a, int a0, int lda, float[] b, int b0, int k, float[] c, int c0, int ldc) {
        FloatVector x0 = FloatVector.fromArray(S, c, c0);
        FloatVector y0 = FloatVector.fromArray(S, c, c0 + W);
        FloatVector x1 = FloatVector.fromArray(S, c, c0 + ldc);
        FloatVector y1 = FloatVector.fromArray(S, c, c0 + ldc + W);
        FloatVector x2 = FloatVector.fromArray(S, c, c0 + 2 * ldc);
        FloatVector y2 = FloatVector.fromArray(S, c, c0 + 2 * ldc + W);
        FloatVector x3 = FloatVector.fromArray(S, c, c0 + 3 * ldc);
        FloatVector y3 = FloatVector.fromArray(S, c, c0 + 3 * ldc + W);
        FloatVector x4 = FloatVector.fromArray(S, c, c0 + 4 * ldc);
        FloatVector y4 = FloatVector.fromArray(S, c, c0 + 4 * ldc + W);
        FloatVector x5 = FloatVector.fromArray(S, c, c0 + 5 * ldc);
        FloatVector y5 = FloatVector.fromArray(S, c, c0 + 5 * ldc + W);
        FloatVector x6 = FloatVector.fromArray(S, c, c0 + 6 * ldc);
        FloatVector y6 = FloatVector.fromArray(S, c, c0 + 6 * ldc + W);
        FloatVector x7 = FloatVector.fromArray(S, c, c0 + 7 * ldc);
        FloatVector y7 = FloatVector.fromArray(S, c, c0 + 7 * ldc + W);
        for (int l = 0, at = b0; l < k; l++, at += 2 * W) {
            FloatVector u = FloatVector.fromArray(S, b, at);
            FloatVector v = FloatVector.fromArray(S, b, at + W);
            FloatVector e0 = FloatVector.broadcast(S, a[a0 + l]);
            x0 = FMA ? e0.fma(u, x0) : e0.mul(u).add(x0);
            y0 = FMA ? e0.fma(v, y0) : e0.mul(v).add(y0);
            FloatVector e1 = FloatVector.broadcast(S, a[a0 + lda + l]);
            x1 = FMA ? e1.fma(u, x1) : e1.mul(u).add(x1);
            y1 = FMA ? e1.fma(v, y1) : e1.mul(v).add(y1);
            FloatVector e2 = FloatVector.broadcast(S, a[a0 + 2 * lda + l]);
            x2 = FMA ? e2.fma(u, x2) : e2.mul(u).add(x2);
            y2 = FMA ? e2.fma(v, y2) : e2.mul(v).add(y2);
            FloatVector e3 = FloatVector.broadcast(S, a[a0 + 3 * lda + l]);
            x3 = FMA ? e3.fma(u, x3) : e3.mul(u).add(x3);
            y3 = FMA ? e3.fma(v, y3) : e3.mul(v).add(y3);
            FloatVector e4 = FloatVector.broadcast(S, a[a0 + 4 * lda + l]);
            x4 = FMA ? e4.fma(u, x4) : e4.mul(u).add(x4);
            y4 = FMA ? e4.fma(v, y4) : e4.mul(v).add(y4);
            FloatVector e5 = FloatVector.broadcast(S, a[a0 + 5 * lda + l]);
            x5 = FMA ? e5.fma(u, x5) : e5.mul(u).add(x5);
            y5 = FMA ? e5.fma(v, y5) : e5.mul(v).add(y5);
            FloatVector e6 = FloatVector.broadcast(S, a[a0 + 6 * lda + l]);
            x6 = FMA ? e6.fma(u, x6) : e6.mul(u).add(x6);
            y6 = FMA ? e6.fma(v, y6) : e6.mul(v).add(y6);
            FloatVector e7 = FloatVector.broadcast(S, a[a0 + 7 * lda + l]);
            x7 = FMA ? e7.fma(u, x7) : e7.mul(u).add(x7);
            y7 = FMA ? e7.fma(v, y7) : e7.mul(v).add(y7);
        }
        x0.intoArray(c, c0);
        y0.intoArray(c, c0 + W);
        x1.intoArray(c, c0 + ldc);
        y1.intoArray(c, c0 + ldc + W);
        x2.intoArray(c, c0 + 2 * ldc);
        y2.intoArray(c, c0 + 2 * ldc + W);
        x3.intoArray(c, c0 + 3 * ldc);
        y3.intoArray(c, c0 + 3 * ldc + W);
        x4.intoArray(c, c0 + 4 * ldc);
        y4.intoArray(c, c0 + 4 * ldc + W);
        x5.intoArray(c, c0 + 5 * ldc);
        y5.intoArray(c, c0 + 5 * ldc + W);
        x6.intoArray(c, c0 + 6 * ldc);
        y6.intoArray(c, c0 + 6 * ldc + W);
        x7.intoArray(c, c0 + 7 * ldc);
        y7.intoArray(c, c0 + 7 * ldc + W);
    }

    /** 4 rows: C += A B over one panel. */
    private static void rows4(float[] a, int a0, int lda, float[] b, int b0, int k, float[] c, int c0, int ldc) {
        FloatVector x0 = FloatVector.fromArray(S, c, c0);
        FloatVector y0 = FloatVector.fromArray(S, c, c0 + W);
        FloatVector x1 = FloatVector.fromArray(S, c, c0 + ldc);
        FloatVector y1 = FloatVector.fromArray(S, c, c0 + ldc + W);
        FloatVector x2 = FloatVector.fromArray(S, c, c0 + 2 * ldc);
        FloatVector y2 = FloatVector.fromArray(S, c, c0 + 2 * ldc + W);
        FloatVector x3 = FloatVector.fromArray(S, c, c0 + 3 * ldc);
        FloatVector y3 = FloatVector.fromArray(S, c, c0 + 3 * ldc + W);
        for (int l = 0, at = b0; l < k; l++, at += 2 * W) {
            FloatVector u = FloatVector.fromArray(S, b, at);
            FloatVector v = FloatVector.fromArray(S, b, at + W);
            FloatVector e0 = FloatVector.broadcast(S, a[a0 + l]);
            x0 = FMA ? e0.fma(u, x0) : e0.mul(u).add(x0);
            y0 = FMA ? e0.fma(v, y0) : e0.mul(v).add(y0);
            FloatVector e1 = FloatVector.broadcast(S, a[a0 + lda + l]);
            x1 = FMA ? e1.fma(u, x1) : e1.mul(u).add(x1);
            y1 = FMA ? e1.fma(v, y1) : e1.mul(v).add(y1);
            FloatVector e2 = FloatVector.broadcast(S, a[a0 + 2 * lda + l]);
            x2 = FMA ? e2.fma(u, x2) : e2.mul(u).add(x2);
            y2 = FMA ? e2.fma(v, y2) : e2.mul(v).add(y2);
            FloatVector e3 = FloatVector.broadcast(S, a[a0 + 3 * lda + l]);
            x3 = FMA ? e3.fma(u, x3) : e3.mul(u).add(x3);
            y3 = FMA ? e3.fma(v, y3) : e3.mul(v).add(y3);
        }
        x0.intoArray(c, c0);
        y0.intoArray(c, c0 + W);
        x1.intoArray(c, c0 + ldc);
        y1.intoArray(c, c0 + ldc + W);
        x2.intoArray(c, c0 + 2 * ldc);
        y2.intoArray(c, c0 + 2 * ldc + W);
        x3.intoArray(c, c0 + 3 * ldc);
        y3.intoArray(c, c0 + 3 * ldc + W);
    }

    /** 1 row: C += A B over one panel. */
    private static void rows1(float[] a, int a0, int lda, float[] b, int b0, int k, float[] c, int c0, int ldc) {
        FloatVector x0 = FloatVector.fromArray(S, c, c0);
        FloatVector y0 = FloatVector.fromArray(S, c, c0 + W);
        for (int l = 0, at = b0; l < k; l++, at += 2 * W) {
            FloatVector u = FloatVector.fromArray(S, b, at);
            FloatVector v = FloatVector.fromArray(S, b, at + W);
            FloatVector e0 = FloatVector.broadcast(S, a[a0 + l]);
            x0 = FMA ? e0.fma(u, x0) : e0.mul(u).add(x0);
            y0 = FMA ? e0.fma(v, y0) : e0.mul(v).add(y0);
        }
        x0.intoArray(c, c0);
        y0.intoArray(c, c0 + W);
    }
}
