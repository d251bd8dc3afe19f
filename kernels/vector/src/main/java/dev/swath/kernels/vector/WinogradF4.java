package dev.swath.kernels.vector;

import dev.swath.kernels.Conv2dKernel.Geometry;
import dev.swath.kernels.Slice;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Winograd's F(4x4, 3x3): a tile of 4x4 outputs takes 36 products where the direct form takes 144. Interpolation points 0, +-5/8, +-3/2 and infinity: their coefficients are exact in f32, and the
 * result is several times more exact than with the usual 0, +-1, +-2.
 */
final class WinogradF4 extends Winograd {
    private static final int OUT = 4;
    private static final int SIDE = OUT + 2;
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int W = Lanes.LENGTH;

    private static final float A = 0.625f;
    private static final float B = 1.5f;
    private static final float A2 = A * A;
    private static final float B2 = B * B;
    private static final float A3 = A2 * A;
    private static final float B3 = B2 * B;
    private static final float SUM = A2 + B2;
    private static final float PRODUCT = A2 * B2;

    WinogradF4() {
        super(OUT);
    }

    /** The six values that a line of three weights becomes, in double. */
    private static void weights(double g0, double g1, double g2, double[] to, int at, int step) {
        double a = A;
        double b = B;
        double na = 2 * a * a * (a * a - b * b);
        double nb = 2 * b * b * (b * b - a * a);
        to[at] = g0 / (a * a * b * b);
        to[at + step] = (g0 + a * g1 + a * a * g2) / na;
        to[at + 2 * step] = (g0 - a * g1 + a * a * g2) / na;
        to[at + 3 * step] = (g0 + b * g1 + b * b * g2) / nb;
        to[at + 4 * step] = (g0 - b * g1 + b * b * g2) / nb;
        to[at + 5 * step] = g2;
    }

    /** The 36 values that a 3x3 kernel at {@code w[at]} becomes. {@code half} holds 18, {@code to} 36 values. */
    static void kernel(float[] w, int at, double[] half, double[] to) {
        for (int column = 0; column < 3; column++) {
            weights(w[at + column], w[at + 3 + column], w[at + 6 + column], half, column, 3);
        }
        for (int row = 0; row < SIDE; row++) {
            weights(half[row * 3], half[row * 3 + 1], half[row * 3 + 2], to, row * SIDE, 1);
        }
    }

    @Override
    void input(
            float[] v,
            int at,
            int productStride,
            float[] half,
            Slice x,
            int channels,
            int b,
            int top,
            int left,
            Geometry g) {
        float[] in = x.floats();
        for (int c = 0; c < channels; c += W) {
            VectorMask<Float> m = S.indexInRange(c, channels);
            for (int j = 0; j < SIDE; j++) {
                int column = left + j;
                boolean inside = column >= 0 && column < g.width();
                int base = x.offset() + ((b * g.height() + top) * g.width() + column) * channels + c;
                column(
                        half,
                        j * W,
                        in,
                        base,
                        g.width() * channels,
                        inside ? Math.max(0, -top) : SIDE,
                        inside ? Math.min(SIDE, g.height() - top) : 0,
                        m);
            }
            for (int i = 0; i < SIDE; i++) {
                row(v, at + i * SIDE * productStride + c, productStride, half, i * SIDE * W);
            }
        }
    }

    /** Six cells of a column, of which those from {@code from} to {@code to - 1} are inside, into half[i][j]. */
    private static void column(
            float[] half, int to, float[] in, int base, int rowStride, int from, int end, VectorMask<Float> m) {
        FloatVector d0 = cell(in, base, from <= 0 && 0 < end, m);
        FloatVector d1 = cell(in, base + rowStride, from <= 1 && 1 < end, m);
        FloatVector d2 = cell(in, base + 2 * rowStride, from <= 2 && 2 < end, m);
        FloatVector d3 = cell(in, base + 3 * rowStride, from <= 3 && 3 < end, m);
        FloatVector d4 = cell(in, base + 4 * rowStride, from <= 4 && 4 < end, m);
        FloatVector d5 = cell(in, base + 5 * rowStride, from <= 5 && 5 < end, m);
        forward(half, to, SIDE * W, d0, d1, d2, d3, d4, d5);
    }

    private static void row(float[] v, int at, int stride, float[] half, int from) {
        forward(
                v,
                at,
                stride,
                FloatVector.fromArray(S, half, from),
                FloatVector.fromArray(S, half, from + W),
                FloatVector.fromArray(S, half, from + 2 * W),
                FloatVector.fromArray(S, half, from + 3 * W),
                FloatVector.fromArray(S, half, from + 4 * W),
                FloatVector.fromArray(S, half, from + 5 * W));
    }

    /** The line transform of six inputs, stored at a stride. */
    private static void forward(
            float[] to,
            int at,
            int stride,
            FloatVector d0,
            FloatVector d1,
            FloatVector d2,
            FloatVector d3,
            FloatVector d4,
            FloatVector d5) {
        Lanes.fma(d0, PRODUCT, Lanes.fma(d2, -SUM, d4)).intoArray(to, at);
        FloatVector u = Lanes.fma(d2, -B2, d4);
        FloatVector s = Lanes.fma(d1, -B2, d3).mul(A);
        u.add(s).intoArray(to, at + stride);
        u.sub(s).intoArray(to, at + 2 * stride);
        FloatVector w = Lanes.fma(d2, -A2, d4);
        FloatVector z = Lanes.fma(d1, -A2, d3).mul(B);
        w.add(z).intoArray(to, at + 3 * stride);
        w.sub(z).intoArray(to, at + 4 * stride);
        Lanes.fma(d1, PRODUCT, Lanes.fma(d3, -SUM, d5)).intoArray(to, at + 5 * stride);
    }

    @Override
    void output(
            Slice y,
            float[] products,
            int at,
            int productStride,
            float[] half,
            float[] bias,
            int b,
            int top,
            int left,
            Geometry g) {
        float[] out = y.floats();
        for (int o = 0; o < g.out(); o += W) {
            for (int j = 0; j < SIDE; j++) {
                int from = at + j * productStride + o;
                backward(half, j * W, SIDE * W, products, from, SIDE * productStride);
            }
            VectorMask<Float> m = S.indexInRange(o, g.out());
            FloatVector shift = FloatVector.fromArray(S, bias, o);
            for (int i = 0; i < Math.min(OUT, g.height() - top); i++) {
                int base = y.offset() + ((b * g.height() + top + i) * g.width() + left) * g.out() + o;
                line(out, base, g.out(), Math.min(OUT, g.width() - left), half, i * SIDE * W, shift, m);
            }
        }
    }

    /** Four outputs of a column of six products, into half[i][j]. */
    private static void backward(float[] half, int to, int stride, float[] products, int from, int step) {
        FloatVector m0 = FloatVector.fromArray(S, products, from);
        FloatVector m1 = FloatVector.fromArray(S, products, from + step);
        FloatVector m2 = FloatVector.fromArray(S, products, from + 2 * step);
        FloatVector m3 = FloatVector.fromArray(S, products, from + 3 * step);
        FloatVector m4 = FloatVector.fromArray(S, products, from + 4 * step);
        FloatVector m5 = FloatVector.fromArray(S, products, from + 5 * step);
        FloatVector p = m1.add(m2);
        FloatVector d = m1.sub(m2);
        FloatVector q = m3.add(m4);
        FloatVector e = m3.sub(m4);
        m0.add(p).add(q).intoArray(half, to);
        Lanes.fma(e, B, d.mul(A)).intoArray(half, to + stride);
        Lanes.fma(q, B2, p.mul(A2)).intoArray(half, to + 2 * stride);
        Lanes.fma(e, B3, Lanes.fma(d, A3, m5)).intoArray(half, to + 3 * stride);
    }

    private static void line(
            float[] out,
            int base,
            int stride,
            int count,
            float[] half,
            int from,
            FloatVector shift,
            VectorMask<Float> m) {
        FloatVector m0 = FloatVector.fromArray(S, half, from);
        FloatVector m1 = FloatVector.fromArray(S, half, from + W);
        FloatVector m2 = FloatVector.fromArray(S, half, from + 2 * W);
        FloatVector m3 = FloatVector.fromArray(S, half, from + 3 * W);
        FloatVector m4 = FloatVector.fromArray(S, half, from + 4 * W);
        FloatVector m5 = FloatVector.fromArray(S, half, from + 5 * W);
        FloatVector p = m1.add(m2);
        FloatVector d = m1.sub(m2);
        FloatVector q = m3.add(m4);
        FloatVector e = m3.sub(m4);
        m0.add(p).add(q).add(shift).intoArray(out, base, m);
        if (count > 1) {
            Lanes.fma(e, B, d.mul(A)).add(shift).intoArray(out, base + stride, m);
        }
        if (count > 2) {
            Lanes.fma(q, B2, p.mul(A2)).add(shift).intoArray(out, base + 2 * stride, m);
        }
        if (count > 3) {
            Lanes.fma(e, B3, Lanes.fma(d, A3, m5)).add(shift).intoArray(out, base + 3 * stride, m);
        }
    }
}
