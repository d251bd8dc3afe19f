package dev.swath.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost product: a strip of rows of A (see {@link Strips}) times one packed panel of B, two vectors wide. For each
 * k it takes two loads of B and, for each row, one broadcast of A and two multiply-adds: 4 r W FLOPs for 4 r + 8 W bytes out
 * of the first-level cache. Eight rows are bound by arithmetic on processors with two units of 512 bits, and their 16
 * sums, two vectors of B and the broadcasts that the compiler draws together fit the 32 registers of AVX-512; narrower
 * machines have 16 and take four rows. More rows gain nothing: the compiler moves the broadcasts of a step to its
 * beginning, so that with twelve two of the 24 sums live in memory.
 *
 * <p>Sums begin at 0 in each block of depth and are added to C at its end, which keeps their rounding error that of
 * {@link Strips#DEPTH} terms. The distance between the rows of a strip is a constant, so that one address serves all rows.
 * Each method keeps its vectors in local variables, or they would become objects. The choice by {@link Lanes#FMA} is
 * written out: with a call of {@link Lanes#fma} for each sum, 512 bits were measured to take 25 times as long.
 */
final class GemmTile {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final boolean FMA = Lanes.FMA;
    private static final int W = Lanes.LENGTH;
    private static final int STRIDE = Strips.STRIDE;

    /** Columns of a panel. */
    static final int COLUMNS = 2 * W;

    /** Rows are taken in multiples of this. */
    static final int STEP = 4;

    private GemmTile() {}

    /**
     * C = start + A B for one strip, one panel and one block of depth.
     *
     * @param a strips
     * @param a0 first element of the strip
     * @param b panels
     * @param b0 first element of the panel in this block of depth
     * @param depth at most {@link Strips#DEPTH}
     * @param c result (rows, COLUMNS) at row stride ldc
     * @param start what is added (rows, COLUMNS) at row stride lds: C itself, or with stride 0 one row for all
     * @param rows a multiple of {@link #STEP}, at most {@link Strips#ROWS}
     */
    static void multiply(
            float[] a,
            int a0,
            float[] b,
            int b0,
            int depth,
            float[] c,
            int c0,
            int ldc,
            float[] start,
            int s0,
            int lds,
            int rows) {
        int r = 0;
        for (; r + 8 <= rows && W >= 16; r += 8) {
            rows8(a, a0 + r * STRIDE, b, b0, depth, c, c0 + r * ldc, ldc, start, s0 + r * lds, lds);
        }
        for (; r < rows; r += STEP) {
            rows4(a, a0 + r * STRIDE, b, b0, depth, c, c0 + r * ldc, ldc, start, s0 + r * lds, lds);
        }
    }

    /** 8 rows of C over one block of depth. */
    private static void rows8(
            float[] a,
            int a0,
            float[] b,
            int b0,
            int depth,
            float[] c,
            int c0,
            int ldc,
            float[] start,
            int s0,
            int lds) {
        FloatVector x0 = FloatVector.zero(S);
        FloatVector y0 = FloatVector.zero(S);
        FloatVector x1 = FloatVector.zero(S);
        FloatVector y1 = FloatVector.zero(S);
        FloatVector x2 = FloatVector.zero(S);
        FloatVector y2 = FloatVector.zero(S);
        FloatVector x3 = FloatVector.zero(S);
        FloatVector y3 = FloatVector.zero(S);
        FloatVector x4 = FloatVector.zero(S);
        FloatVector y4 = FloatVector.zero(S);
        FloatVector x5 = FloatVector.zero(S);
        FloatVector y5 = FloatVector.zero(S);
        FloatVector x6 = FloatVector.zero(S);
        FloatVector y6 = FloatVector.zero(S);
        FloatVector x7 = FloatVector.zero(S);
        FloatVector y7 = FloatVector.zero(S);
        for (int l = 0; l < depth; l++) {
            int at = b0 + l * COLUMNS;
            FloatVector u = FloatVector.fromArray(S, b, at);
            FloatVector v = FloatVector.fromArray(S, b, at + W);
            FloatVector e0 = FloatVector.broadcast(S, a[a0 + l]);
            x0 = FMA ? e0.fma(u, x0) : e0.mul(u).add(x0);
            y0 = FMA ? e0.fma(v, y0) : e0.mul(v).add(y0);
            FloatVector e1 = FloatVector.broadcast(S, a[a0 + STRIDE + l]);
            x1 = FMA ? e1.fma(u, x1) : e1.mul(u).add(x1);
            y1 = FMA ? e1.fma(v, y1) : e1.mul(v).add(y1);
            FloatVector e2 = FloatVector.broadcast(S, a[a0 + 2 * STRIDE + l]);
            x2 = FMA ? e2.fma(u, x2) : e2.mul(u).add(x2);
            y2 = FMA ? e2.fma(v, y2) : e2.mul(v).add(y2);
            FloatVector e3 = FloatVector.broadcast(S, a[a0 + 3 * STRIDE + l]);
            x3 = FMA ? e3.fma(u, x3) : e3.mul(u).add(x3);
            y3 = FMA ? e3.fma(v, y3) : e3.mul(v).add(y3);
            FloatVector e4 = FloatVector.broadcast(S, a[a0 + 4 * STRIDE + l]);
            x4 = FMA ? e4.fma(u, x4) : e4.mul(u).add(x4);
            y4 = FMA ? e4.fma(v, y4) : e4.mul(v).add(y4);
            FloatVector e5 = FloatVector.broadcast(S, a[a0 + 5 * STRIDE + l]);
            x5 = FMA ? e5.fma(u, x5) : e5.mul(u).add(x5);
            y5 = FMA ? e5.fma(v, y5) : e5.mul(v).add(y5);
            FloatVector e6 = FloatVector.broadcast(S, a[a0 + 6 * STRIDE + l]);
            x6 = FMA ? e6.fma(u, x6) : e6.mul(u).add(x6);
            y6 = FMA ? e6.fma(v, y6) : e6.mul(v).add(y6);
            FloatVector e7 = FloatVector.broadcast(S, a[a0 + 7 * STRIDE + l]);
            x7 = FMA ? e7.fma(u, x7) : e7.mul(u).add(x7);
            y7 = FMA ? e7.fma(v, y7) : e7.mul(v).add(y7);
        }
        x0.add(FloatVector.fromArray(S, start, s0)).intoArray(c, c0);
        y0.add(FloatVector.fromArray(S, start, s0 + W)).intoArray(c, c0 + W);
        x1.add(FloatVector.fromArray(S, start, s0 + lds)).intoArray(c, c0 + ldc);
        y1.add(FloatVector.fromArray(S, start, s0 + lds + W)).intoArray(c, c0 + ldc + W);
        x2.add(FloatVector.fromArray(S, start, s0 + 2 * lds)).intoArray(c, c0 + 2 * ldc);
        y2.add(FloatVector.fromArray(S, start, s0 + 2 * lds + W)).intoArray(c, c0 + 2 * ldc + W);
        x3.add(FloatVector.fromArray(S, start, s0 + 3 * lds)).intoArray(c, c0 + 3 * ldc);
        y3.add(FloatVector.fromArray(S, start, s0 + 3 * lds + W)).intoArray(c, c0 + 3 * ldc + W);
        x4.add(FloatVector.fromArray(S, start, s0 + 4 * lds)).intoArray(c, c0 + 4 * ldc);
        y4.add(FloatVector.fromArray(S, start, s0 + 4 * lds + W)).intoArray(c, c0 + 4 * ldc + W);
        x5.add(FloatVector.fromArray(S, start, s0 + 5 * lds)).intoArray(c, c0 + 5 * ldc);
        y5.add(FloatVector.fromArray(S, start, s0 + 5 * lds + W)).intoArray(c, c0 + 5 * ldc + W);
        x6.add(FloatVector.fromArray(S, start, s0 + 6 * lds)).intoArray(c, c0 + 6 * ldc);
        y6.add(FloatVector.fromArray(S, start, s0 + 6 * lds + W)).intoArray(c, c0 + 6 * ldc + W);
        x7.add(FloatVector.fromArray(S, start, s0 + 7 * lds)).intoArray(c, c0 + 7 * ldc);
        y7.add(FloatVector.fromArray(S, start, s0 + 7 * lds + W)).intoArray(c, c0 + 7 * ldc + W);
    }

    /** 4 rows of C over one block of depth. */
    private static void rows4(
            float[] a,
            int a0,
            float[] b,
            int b0,
            int depth,
            float[] c,
            int c0,
            int ldc,
            float[] start,
            int s0,
            int lds) {
        FloatVector x0 = FloatVector.zero(S);
        FloatVector y0 = FloatVector.zero(S);
        FloatVector x1 = FloatVector.zero(S);
        FloatVector y1 = FloatVector.zero(S);
        FloatVector x2 = FloatVector.zero(S);
        FloatVector y2 = FloatVector.zero(S);
        FloatVector x3 = FloatVector.zero(S);
        FloatVector y3 = FloatVector.zero(S);
        for (int l = 0; l < depth; l++) {
            int at = b0 + l * COLUMNS;
            FloatVector u = FloatVector.fromArray(S, b, at);
            FloatVector v = FloatVector.fromArray(S, b, at + W);
            FloatVector e0 = FloatVector.broadcast(S, a[a0 + l]);
            x0 = FMA ? e0.fma(u, x0) : e0.mul(u).add(x0);
            y0 = FMA ? e0.fma(v, y0) : e0.mul(v).add(y0);
            FloatVector e1 = FloatVector.broadcast(S, a[a0 + STRIDE + l]);
            x1 = FMA ? e1.fma(u, x1) : e1.mul(u).add(x1);
            y1 = FMA ? e1.fma(v, y1) : e1.mul(v).add(y1);
            FloatVector e2 = FloatVector.broadcast(S, a[a0 + 2 * STRIDE + l]);
            x2 = FMA ? e2.fma(u, x2) : e2.mul(u).add(x2);
            y2 = FMA ? e2.fma(v, y2) : e2.mul(v).add(y2);
            FloatVector e3 = FloatVector.broadcast(S, a[a0 + 3 * STRIDE + l]);
            x3 = FMA ? e3.fma(u, x3) : e3.mul(u).add(x3);
            y3 = FMA ? e3.fma(v, y3) : e3.mul(v).add(y3);
        }
        x0.add(FloatVector.fromArray(S, start, s0)).intoArray(c, c0);
        y0.add(FloatVector.fromArray(S, start, s0 + W)).intoArray(c, c0 + W);
        x1.add(FloatVector.fromArray(S, start, s0 + lds)).intoArray(c, c0 + ldc);
        y1.add(FloatVector.fromArray(S, start, s0 + lds + W)).intoArray(c, c0 + ldc + W);
        x2.add(FloatVector.fromArray(S, start, s0 + 2 * lds)).intoArray(c, c0 + 2 * ldc);
        y2.add(FloatVector.fromArray(S, start, s0 + 2 * lds + W)).intoArray(c, c0 + 2 * ldc + W);
        x3.add(FloatVector.fromArray(S, start, s0 + 3 * lds)).intoArray(c, c0 + 3 * ldc);
        y3.add(FloatVector.fromArray(S, start, s0 + 3 * lds + W)).intoArray(c, c0 + 3 * ldc + W);
    }
}
