package dev.swath.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost product: some rows of A (see {@link Strips}) times one packed panel of B. With vectors of 512 bits, tiles have
 * five rows and four vectors: for each k four loads of B and five broadcasts of A serve 20 multiply-adds, so that the loads
 * stay well below what two arithmetic units can wait for, also where another thread shares the core. (Eight rows and two
 * vectors take 10 loads for 16; they reached 0.93 of the peak where these reach 0.97, and 0.75 against 0.79 on a core that
 * was shared.) The 20 sums, four vectors of B and the five broadcasts, which the compiler draws together, fit the 32
 * registers of AVX-512. Rows that are left over, and panels of two vectors, go through smaller tiles. Narrower machines
 * have 16 registers: four rows and two vectors.
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

    /** Columns of the wide tile. */
    private static final int WIDE = 4 * W;

    /** Columns of the other tiles, and of a panel for no more than so many. */
    static final int NARROW = 2 * W;

    /** Columns of a panel. */
    static final int COLUMNS = W >= 16 ? WIDE : NARROW;

    /** The most rows of A that are read behind the last. */
    static final int BEHIND = 3;

    private GemmTile() {}

    /** How many of {@code rows} rows tiles cover exactly; of what is left {@link #covered} are computed. */
    static int whole(int rows, int width) {
        return rows - rest(rows, width) % 4;
    }

    /** Rows that the tiles compute where all of {@code rows} are wanted: up to {@link #BEHIND} more. */
    static int covered(int rows, int width) {
        int rest = rest(rows, width);
        return rows - rest + Math.ceilDiv(rest, 4) * 4;
    }

    /** Rows that the greatest tile leaves. */
    private static int rest(int rows, int width) {
        return width == NARROW ? rows : rows % 5;
    }

    /**
     * C = start + A B for some rows, one panel and one block of depth.
     *
     * @param a strips
     * @param a0 first element of the first row
     * @param b panels
     * @param b0 first element of the panel in this block of depth
     * @param width columns of the panel: {@link #COLUMNS} or {@link #NARROW}
     * @param depth at most {@link Strips#DEPTH}
     * @param c result (rows, width) at row stride ldc
     * @param start what is added (rows, width) at row stride lds: C itself, or with stride 0 one row for all
     * @param rows a number that tiles cover exactly, see {@link #covered}
     */
    static void multiply(
            float[] a,
            int a0,
            float[] b,
            int b0,
            int width,
            int depth,
            float[] c,
            int c0,
            int ldc,
            float[] start,
            int s0,
            int lds,
            int rows) {
        int r = 0;
        if (width == NARROW) {
            for (; r + 8 <= rows && W >= 16; r += 8) {
                rows8(a, a0 + r * STRIDE, b, b0, depth, c, c0 + r * ldc, ldc, start, s0 + r * lds, lds);
            }
            for (; r < rows; r += 4) {
                rows4(a, a0 + r * STRIDE, b, b0, NARROW, depth, c, c0 + r * ldc, ldc, start, s0 + r * lds, lds);
            }
            return;
        }
        for (; r + 5 <= rows; r += 5) {
            rows5(a, a0 + r * STRIDE, b, b0, depth, c, c0 + r * ldc, ldc, start, s0 + r * lds, lds);
        }
        if (r < rows) {
            int cr = c0 + r * ldc;
            int sr = s0 + r * lds;
            rows4(a, a0 + r * STRIDE, b, b0, WIDE, depth, c, cr, ldc, start, sr, lds);
            rows4(a, a0 + r * STRIDE, b, b0 + NARROW, WIDE, depth, c, cr + NARROW, ldc, start, sr + NARROW, lds);
        }
    }

    /** 5 rows and 4 vectors of C over one block of depth. */
    private static void rows5(
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
        FloatVector p0 = FloatVector.zero(S);
        FloatVector q0 = FloatVector.zero(S);
        FloatVector g0 = FloatVector.zero(S);
        FloatVector h0 = FloatVector.zero(S);
        FloatVector p1 = FloatVector.zero(S);
        FloatVector q1 = FloatVector.zero(S);
        FloatVector g1 = FloatVector.zero(S);
        FloatVector h1 = FloatVector.zero(S);
        FloatVector p2 = FloatVector.zero(S);
        FloatVector q2 = FloatVector.zero(S);
        FloatVector g2 = FloatVector.zero(S);
        FloatVector h2 = FloatVector.zero(S);
        FloatVector p3 = FloatVector.zero(S);
        FloatVector q3 = FloatVector.zero(S);
        FloatVector g3 = FloatVector.zero(S);
        FloatVector h3 = FloatVector.zero(S);
        FloatVector p4 = FloatVector.zero(S);
        FloatVector q4 = FloatVector.zero(S);
        FloatVector g4 = FloatVector.zero(S);
        FloatVector h4 = FloatVector.zero(S);
        for (int l = 0; l < depth; l++) {
            int at = b0 + l * WIDE;
            FloatVector u = FloatVector.fromArray(S, b, at);
            FloatVector v = FloatVector.fromArray(S, b, at + W);
            FloatVector w = FloatVector.fromArray(S, b, at + 2 * W);
            FloatVector x = FloatVector.fromArray(S, b, at + 3 * W);
            FloatVector e0 = FloatVector.broadcast(S, a[a0 + l]);
            p0 = FMA ? e0.fma(u, p0) : e0.mul(u).add(p0);
            q0 = FMA ? e0.fma(v, q0) : e0.mul(v).add(q0);
            g0 = FMA ? e0.fma(w, g0) : e0.mul(w).add(g0);
            h0 = FMA ? e0.fma(x, h0) : e0.mul(x).add(h0);
            FloatVector e1 = FloatVector.broadcast(S, a[a0 + STRIDE + l]);
            p1 = FMA ? e1.fma(u, p1) : e1.mul(u).add(p1);
            q1 = FMA ? e1.fma(v, q1) : e1.mul(v).add(q1);
            g1 = FMA ? e1.fma(w, g1) : e1.mul(w).add(g1);
            h1 = FMA ? e1.fma(x, h1) : e1.mul(x).add(h1);
            FloatVector e2 = FloatVector.broadcast(S, a[a0 + 2 * STRIDE + l]);
            p2 = FMA ? e2.fma(u, p2) : e2.mul(u).add(p2);
            q2 = FMA ? e2.fma(v, q2) : e2.mul(v).add(q2);
            g2 = FMA ? e2.fma(w, g2) : e2.mul(w).add(g2);
            h2 = FMA ? e2.fma(x, h2) : e2.mul(x).add(h2);
            FloatVector e3 = FloatVector.broadcast(S, a[a0 + 3 * STRIDE + l]);
            p3 = FMA ? e3.fma(u, p3) : e3.mul(u).add(p3);
            q3 = FMA ? e3.fma(v, q3) : e3.mul(v).add(q3);
            g3 = FMA ? e3.fma(w, g3) : e3.mul(w).add(g3);
            h3 = FMA ? e3.fma(x, h3) : e3.mul(x).add(h3);
            FloatVector e4 = FloatVector.broadcast(S, a[a0 + 4 * STRIDE + l]);
            p4 = FMA ? e4.fma(u, p4) : e4.mul(u).add(p4);
            q4 = FMA ? e4.fma(v, q4) : e4.mul(v).add(q4);
            g4 = FMA ? e4.fma(w, g4) : e4.mul(w).add(g4);
            h4 = FMA ? e4.fma(x, h4) : e4.mul(x).add(h4);
        }
        p0.add(FloatVector.fromArray(S, start, s0)).intoArray(c, c0);
        q0.add(FloatVector.fromArray(S, start, s0 + W)).intoArray(c, c0 + W);
        g0.add(FloatVector.fromArray(S, start, s0 + 2 * W)).intoArray(c, c0 + 2 * W);
        h0.add(FloatVector.fromArray(S, start, s0 + 3 * W)).intoArray(c, c0 + 3 * W);
        p1.add(FloatVector.fromArray(S, start, s0 + lds)).intoArray(c, c0 + ldc);
        q1.add(FloatVector.fromArray(S, start, s0 + lds + W)).intoArray(c, c0 + ldc + W);
        g1.add(FloatVector.fromArray(S, start, s0 + lds + 2 * W)).intoArray(c, c0 + ldc + 2 * W);
        h1.add(FloatVector.fromArray(S, start, s0 + lds + 3 * W)).intoArray(c, c0 + ldc + 3 * W);
        p2.add(FloatVector.fromArray(S, start, s0 + 2 * lds)).intoArray(c, c0 + 2 * ldc);
        q2.add(FloatVector.fromArray(S, start, s0 + 2 * lds + W)).intoArray(c, c0 + 2 * ldc + W);
        g2.add(FloatVector.fromArray(S, start, s0 + 2 * lds + 2 * W)).intoArray(c, c0 + 2 * ldc + 2 * W);
        h2.add(FloatVector.fromArray(S, start, s0 + 2 * lds + 3 * W)).intoArray(c, c0 + 2 * ldc + 3 * W);
        p3.add(FloatVector.fromArray(S, start, s0 + 3 * lds)).intoArray(c, c0 + 3 * ldc);
        q3.add(FloatVector.fromArray(S, start, s0 + 3 * lds + W)).intoArray(c, c0 + 3 * ldc + W);
        g3.add(FloatVector.fromArray(S, start, s0 + 3 * lds + 2 * W)).intoArray(c, c0 + 3 * ldc + 2 * W);
        h3.add(FloatVector.fromArray(S, start, s0 + 3 * lds + 3 * W)).intoArray(c, c0 + 3 * ldc + 3 * W);
        p4.add(FloatVector.fromArray(S, start, s0 + 4 * lds)).intoArray(c, c0 + 4 * ldc);
        q4.add(FloatVector.fromArray(S, start, s0 + 4 * lds + W)).intoArray(c, c0 + 4 * ldc + W);
        g4.add(FloatVector.fromArray(S, start, s0 + 4 * lds + 2 * W)).intoArray(c, c0 + 4 * ldc + 2 * W);
        h4.add(FloatVector.fromArray(S, start, s0 + 4 * lds + 3 * W)).intoArray(c, c0 + 4 * ldc + 3 * W);
    }

    /** 8 rows and 2 vectors of C over one block of depth. */
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
        FloatVector p0 = FloatVector.zero(S);
        FloatVector q0 = FloatVector.zero(S);
        FloatVector p1 = FloatVector.zero(S);
        FloatVector q1 = FloatVector.zero(S);
        FloatVector p2 = FloatVector.zero(S);
        FloatVector q2 = FloatVector.zero(S);
        FloatVector p3 = FloatVector.zero(S);
        FloatVector q3 = FloatVector.zero(S);
        FloatVector p4 = FloatVector.zero(S);
        FloatVector q4 = FloatVector.zero(S);
        FloatVector p5 = FloatVector.zero(S);
        FloatVector q5 = FloatVector.zero(S);
        FloatVector p6 = FloatVector.zero(S);
        FloatVector q6 = FloatVector.zero(S);
        FloatVector p7 = FloatVector.zero(S);
        FloatVector q7 = FloatVector.zero(S);
        for (int l = 0; l < depth; l++) {
            int at = b0 + l * NARROW;
            FloatVector u = FloatVector.fromArray(S, b, at);
            FloatVector v = FloatVector.fromArray(S, b, at + W);
            FloatVector e0 = FloatVector.broadcast(S, a[a0 + l]);
            p0 = FMA ? e0.fma(u, p0) : e0.mul(u).add(p0);
            q0 = FMA ? e0.fma(v, q0) : e0.mul(v).add(q0);
            FloatVector e1 = FloatVector.broadcast(S, a[a0 + STRIDE + l]);
            p1 = FMA ? e1.fma(u, p1) : e1.mul(u).add(p1);
            q1 = FMA ? e1.fma(v, q1) : e1.mul(v).add(q1);
            FloatVector e2 = FloatVector.broadcast(S, a[a0 + 2 * STRIDE + l]);
            p2 = FMA ? e2.fma(u, p2) : e2.mul(u).add(p2);
            q2 = FMA ? e2.fma(v, q2) : e2.mul(v).add(q2);
            FloatVector e3 = FloatVector.broadcast(S, a[a0 + 3 * STRIDE + l]);
            p3 = FMA ? e3.fma(u, p3) : e3.mul(u).add(p3);
            q3 = FMA ? e3.fma(v, q3) : e3.mul(v).add(q3);
            FloatVector e4 = FloatVector.broadcast(S, a[a0 + 4 * STRIDE + l]);
            p4 = FMA ? e4.fma(u, p4) : e4.mul(u).add(p4);
            q4 = FMA ? e4.fma(v, q4) : e4.mul(v).add(q4);
            FloatVector e5 = FloatVector.broadcast(S, a[a0 + 5 * STRIDE + l]);
            p5 = FMA ? e5.fma(u, p5) : e5.mul(u).add(p5);
            q5 = FMA ? e5.fma(v, q5) : e5.mul(v).add(q5);
            FloatVector e6 = FloatVector.broadcast(S, a[a0 + 6 * STRIDE + l]);
            p6 = FMA ? e6.fma(u, p6) : e6.mul(u).add(p6);
            q6 = FMA ? e6.fma(v, q6) : e6.mul(v).add(q6);
            FloatVector e7 = FloatVector.broadcast(S, a[a0 + 7 * STRIDE + l]);
            p7 = FMA ? e7.fma(u, p7) : e7.mul(u).add(p7);
            q7 = FMA ? e7.fma(v, q7) : e7.mul(v).add(q7);
        }
        p0.add(FloatVector.fromArray(S, start, s0)).intoArray(c, c0);
        q0.add(FloatVector.fromArray(S, start, s0 + W)).intoArray(c, c0 + W);
        p1.add(FloatVector.fromArray(S, start, s0 + lds)).intoArray(c, c0 + ldc);
        q1.add(FloatVector.fromArray(S, start, s0 + lds + W)).intoArray(c, c0 + ldc + W);
        p2.add(FloatVector.fromArray(S, start, s0 + 2 * lds)).intoArray(c, c0 + 2 * ldc);
        q2.add(FloatVector.fromArray(S, start, s0 + 2 * lds + W)).intoArray(c, c0 + 2 * ldc + W);
        p3.add(FloatVector.fromArray(S, start, s0 + 3 * lds)).intoArray(c, c0 + 3 * ldc);
        q3.add(FloatVector.fromArray(S, start, s0 + 3 * lds + W)).intoArray(c, c0 + 3 * ldc + W);
        p4.add(FloatVector.fromArray(S, start, s0 + 4 * lds)).intoArray(c, c0 + 4 * ldc);
        q4.add(FloatVector.fromArray(S, start, s0 + 4 * lds + W)).intoArray(c, c0 + 4 * ldc + W);
        p5.add(FloatVector.fromArray(S, start, s0 + 5 * lds)).intoArray(c, c0 + 5 * ldc);
        q5.add(FloatVector.fromArray(S, start, s0 + 5 * lds + W)).intoArray(c, c0 + 5 * ldc + W);
        p6.add(FloatVector.fromArray(S, start, s0 + 6 * lds)).intoArray(c, c0 + 6 * ldc);
        q6.add(FloatVector.fromArray(S, start, s0 + 6 * lds + W)).intoArray(c, c0 + 6 * ldc + W);
        p7.add(FloatVector.fromArray(S, start, s0 + 7 * lds)).intoArray(c, c0 + 7 * ldc);
        q7.add(FloatVector.fromArray(S, start, s0 + 7 * lds + W)).intoArray(c, c0 + 7 * ldc + W);
    }

    /** 4 rows and 2 vectors of C over one block of depth, of a panel whose rows lie {@code ldb} apart. */
    private static void rows4(
            float[] a,
            int a0,
            float[] b,
            int b0,
            int ldb,
            int depth,
            float[] c,
            int c0,
            int ldc,
            float[] start,
            int s0,
            int lds) {
        FloatVector p0 = FloatVector.zero(S);
        FloatVector q0 = FloatVector.zero(S);
        FloatVector p1 = FloatVector.zero(S);
        FloatVector q1 = FloatVector.zero(S);
        FloatVector p2 = FloatVector.zero(S);
        FloatVector q2 = FloatVector.zero(S);
        FloatVector p3 = FloatVector.zero(S);
        FloatVector q3 = FloatVector.zero(S);
        for (int l = 0; l < depth; l++) {
            int at = b0 + l * ldb;
            FloatVector u = FloatVector.fromArray(S, b, at);
            FloatVector v = FloatVector.fromArray(S, b, at + W);
            FloatVector e0 = FloatVector.broadcast(S, a[a0 + l]);
            p0 = FMA ? e0.fma(u, p0) : e0.mul(u).add(p0);
            q0 = FMA ? e0.fma(v, q0) : e0.mul(v).add(q0);
            FloatVector e1 = FloatVector.broadcast(S, a[a0 + STRIDE + l]);
            p1 = FMA ? e1.fma(u, p1) : e1.mul(u).add(p1);
            q1 = FMA ? e1.fma(v, q1) : e1.mul(v).add(q1);
            FloatVector e2 = FloatVector.broadcast(S, a[a0 + 2 * STRIDE + l]);
            p2 = FMA ? e2.fma(u, p2) : e2.mul(u).add(p2);
            q2 = FMA ? e2.fma(v, q2) : e2.mul(v).add(q2);
            FloatVector e3 = FloatVector.broadcast(S, a[a0 + 3 * STRIDE + l]);
            p3 = FMA ? e3.fma(u, p3) : e3.mul(u).add(p3);
            q3 = FMA ? e3.fma(v, q3) : e3.mul(v).add(q3);
        }
        p0.add(FloatVector.fromArray(S, start, s0)).intoArray(c, c0);
        q0.add(FloatVector.fromArray(S, start, s0 + W)).intoArray(c, c0 + W);
        p1.add(FloatVector.fromArray(S, start, s0 + lds)).intoArray(c, c0 + ldc);
        q1.add(FloatVector.fromArray(S, start, s0 + lds + W)).intoArray(c, c0 + ldc + W);
        p2.add(FloatVector.fromArray(S, start, s0 + 2 * lds)).intoArray(c, c0 + 2 * ldc);
        q2.add(FloatVector.fromArray(S, start, s0 + 2 * lds + W)).intoArray(c, c0 + 2 * ldc + W);
        p3.add(FloatVector.fromArray(S, start, s0 + 3 * lds)).intoArray(c, c0 + 3 * ldc);
        q3.add(FloatVector.fromArray(S, start, s0 + 3 * lds + W)).intoArray(c, c0 + 3 * ldc + W);
    }
}
