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

    /** By what the values of a kernel at the points +-A and +-B are multiplied. */
    private static final float AT_A = 1 / (2 * A2 * (A2 - B2));

    private static final float AT_B = 1 / (2 * B2 * (B2 - A2));

    /** The values of a line of three weights at 0, A, -A, B, -B and infinity, so multiplied. */
    private static final float[][] KERNEL = {
        {1 / PRODUCT, 0, 0},
        {AT_A, A * AT_A, A2 * AT_A},
        {AT_A, -A * AT_A, A2 * AT_A},
        {AT_B, B * AT_B, B2 * AT_B},
        {AT_B, -B * AT_B, B2 * AT_B},
        {0, 0, 1}
    };

    WinogradF4() {
        super(OUT);
    }

    /**
     * One row of the six times six products of a vector of kernels, whose taps lie {@code width} apart. Row by row, because
     * six streams are written faster than 36, and a row costs hardly more than a sixth.
     *
     * @param to target; product q of the row is at {@code at + q * stride}
     */
    static void kernels(float[] taps, int from, int width, int row, float[] to, int at, int stride) {
        float c0 = KERNEL[row][0];
        float c1 = KERNEL[row][1];
        float c2 = KERNEL[row][2];
        FloatVector g0 = tap(taps, from, 3 * width, c0, c1, c2);
        FloatVector g1 = tap(taps, from + width, 3 * width, c0, c1, c2);
        FloatVector g2 = tap(taps, from + 2 * width, 3 * width, c0, c1, c2);
        g0.mul(1 / PRODUCT).intoArray(to, at);
        FloatVector s = Lanes.fma(g2, A2, g0);
        FloatVector d = g1.mul(A);
        s.add(d).mul(AT_A).intoArray(to, at + stride);
        s.sub(d).mul(AT_A).intoArray(to, at + 2 * stride);
        FloatVector t = Lanes.fma(g2, B2, g0);
        FloatVector e = g1.mul(B);
        t.add(e).mul(AT_B).intoArray(to, at + 3 * stride);
        t.sub(e).mul(AT_B).intoArray(to, at + 4 * stride);
        g2.intoArray(to, at + 5 * stride);
    }

    /** What a column of three weights adds to a row. */
    private static FloatVector tap(float[] taps, int at, int step, float c0, float c1, float c2) {
        FloatVector g0 = FloatVector.fromArray(S, taps, at).mul(c0);
        FloatVector g1 = FloatVector.fromArray(S, taps, at + step);
        return Lanes.fma(FloatVector.fromArray(S, taps, at + 2 * step), c2, Lanes.fma(g1, c1, g0));
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
            int first,
            int end,
            int b,
            int top,
            int left,
            Geometry g) {
        float[] out = y.floats();
        for (int o = first; o < end; o += W) {
            for (int j = 0; j < SIDE; j++) {
                int from = at + j * productStride + o - first;
                backward(half, j * W, SIDE * W, products, from, SIDE * productStride);
            }
            VectorMask<Float> m = S.indexInRange(o, end);
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
