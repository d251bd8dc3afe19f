package dev.swath.kernels.vector;

import dev.swath.kernels.Conv2dKernel.Geometry;
import dev.swath.kernels.Slice;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Winograd's F(2x2, 3x3): a tile of 2x2 outputs takes 16 products where the direct form takes 36. Interpolation points 0,
 * +-1 and infinity: maps are only added and subtracted, kernels besides halved. The gradient of the weight goes the same way
 * back: what the outputs' gradients become, times what the inputs become, and that turned into kernels.
 */
final class WinogradF2 extends Winograd {
    private static final int OUT = 2;
    private static final int SIDE = OUT + 2;
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int W = Lanes.LENGTH;

    /** Floats that {@link #panel} needs besides. */
    static final int PANEL_SCRATCH = TAPS * GemmTile.COLUMNS + 3 * SIDE * W;

    WinogradF2() {
        super(OUT);
    }

    /**
     * One panel, of 16 products, of a weight (n, k, 3, 3) or, with {@code adjoint}, of the adjoint convolution of a weight
     * (k, n, 3, 3), whose kernels are turned by half a turn.
     *
     * @param scratch {@link #PANEL_SCRATCH} floats
     */
    static void panel(float[] to, float[] w, int offset, int n, int k, boolean adjoint, int panel, float[] scratch) {
        int first = panel * GemmTile.COLUMNS;
        int width = PanelStorage.width(n, panel);
        int stride = weightStride(n, k);
        int columns = Math.min(width, n - first);
        Arrays.fill(scratch, 0, TAPS * width, 0);
        for (int l = 0; l < k; l++) {
            for (int j = 0; j < columns; j++) {
                int column = first + j;
                int at = offset + (adjoint ? l * n + column : column * k + l) * TAPS;
                for (int t = 0; t < TAPS; t++) {
                    scratch[(adjoint ? TAPS - 1 - t : t) * width + j] = w[at + t];
                }
            }
            int at = first * k + l * width;
            for (int j = 0; j < width; j += W) {
                kernels(scratch, j, width, to, at + j, stride);
            }
        }
    }

    /** A vector of kernels, whose taps lie {@code width} apart; behind all taps there is scratch. */
    private static void kernels(float[] taps, int from, int width, float[] to, int at, int size) {
        int half = TAPS * width;
        for (int column = 0; column < 3; column++) {
            kernelLine(taps, from + column * width, 3 * width, taps, half + column * W, 3 * W);
        }
        for (int row = 0; row < SIDE; row++) {
            kernelLine(taps, half + row * 3 * W, W, to, at + row * SIDE * size, size);
        }
    }

    private static void kernelLine(float[] g, int from, int step, float[] to, int at, int stride) {
        FloatVector g0 = FloatVector.fromArray(S, g, from);
        FloatVector g1 = FloatVector.fromArray(S, g, from + step);
        FloatVector g2 = FloatVector.fromArray(S, g, from + 2 * step);
        FloatVector outer = g0.add(g2);
        g0.intoArray(to, at);
        outer.add(g1).mul(0.5f).intoArray(to, at + stride);
        outer.sub(g1).mul(0.5f).intoArray(to, at + 2 * stride);
        g2.intoArray(to, at + 3 * stride);
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
        int from = Math.max(0, -top);
        int end = Math.min(SIDE, g.height() - top);
        int down = g.width() * channels;
        for (int c = 0; c < channels; c += W) {
            VectorMask<Float> m = S.indexInRange(c, channels);
            for (int j = 0; j < SIDE; j++) {
                boolean inside = left + j >= 0 && left + j < g.width();
                int base = x.offset() + ((b * g.height() + top) * g.width() + left + j) * channels + c;
                FloatVector d0 = cell(in, base, inside && from <= 0 && 0 < end, m);
                FloatVector d1 = cell(in, base + down, inside && from <= 1 && 1 < end, m);
                FloatVector d2 = cell(in, base + 2 * down, inside && from <= 2 && 2 < end, m);
                FloatVector d3 = cell(in, base + 3 * down, inside && from <= 3 && 3 < end, m);
                forward(half, j * W, SIDE * W, d0, d1, d2, d3);
            }
            for (int i = 0; i < SIDE; i++) {
                int row = i * SIDE * W;
                forward(
                        v,
                        at + i * SIDE * productStride + c,
                        productStride,
                        FloatVector.fromArray(S, half, row),
                        FloatVector.fromArray(S, half, row + W),
                        FloatVector.fromArray(S, half, row + 2 * W),
                        FloatVector.fromArray(S, half, row + 3 * W));
            }
        }
    }

    /** The line transform of four inputs, stored at a stride. */
    private static void forward(
            float[] to, int at, int stride, FloatVector d0, FloatVector d1, FloatVector d2, FloatVector d3) {
        d0.sub(d2).intoArray(to, at);
        d1.add(d2).intoArray(to, at + stride);
        d2.sub(d1).intoArray(to, at + 2 * stride);
        d1.sub(d3).intoArray(to, at + 3 * stride);
    }

    @Override
    void output(
            Slice y,
            float[] m,
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
        int rows = Math.min(OUT, g.height() - top);
        int columns = Math.min(OUT, g.width() - left);
        for (int o = first; o < end; o += W) {
            for (int j = 0; j < SIDE; j++) {
                int from = at + j * productStride + o - first;
                int step = SIDE * productStride;
                FloatVector m1 = FloatVector.fromArray(S, m, from + step);
                FloatVector m2 = FloatVector.fromArray(S, m, from + 2 * step);
                FloatVector.fromArray(S, m, from).add(m1).add(m2).intoArray(half, j * W);
                m1.sub(m2).sub(FloatVector.fromArray(S, m, from + 3 * step)).intoArray(half, (SIDE + j) * W);
            }
            VectorMask<Float> mask = S.indexInRange(o, end);
            FloatVector shift = FloatVector.fromArray(S, bias, o);
            for (int i = 0; i < rows; i++) {
                int base = y.offset() + ((b * g.height() + top + i) * g.width() + left) * g.out() + o;
                int row = i * SIDE * W;
                FloatVector m1 = FloatVector.fromArray(S, half, row + W);
                FloatVector m2 = FloatVector.fromArray(S, half, row + 2 * W);
                FloatVector.fromArray(S, half, row).add(m1).add(m2).add(shift).intoArray(out, base, mask);
                if (columns > 1) {
                    m1.sub(m2)
                            .sub(FloatVector.fromArray(S, half, row + 3 * W))
                            .add(shift)
                            .intoArray(out, base + g.out(), mask);
                }
            }
        }
    }

    /**
     * Transforms the gradients of one tile's outputs into D[products][tile][channel], the adjoint of {@link #output}.
     *
     * @param d target; product q of this tile's channel o is at {@code at + q * productStride + o}
     * @param dy gradient (B, H, W, out)
     */
    void gradient(float[] d, int at, int productStride, float[] half, Slice dy, int b, int top, int left, Geometry g) {
        float[] in = dy.floats();
        boolean below = top + 1 < g.height();
        for (int o = 0; o < g.out(); o += W) {
            VectorMask<Float> m = S.indexInRange(o, g.out());
            for (int j = 0; j < OUT; j++) {
                boolean inside = left + j < g.width();
                int base = dy.offset() + ((b * g.height() + top) * g.width() + left + j) * g.out() + o;
                FloatVector d0 = cell(in, base, inside, m);
                FloatVector d1 = cell(in, base + g.width() * g.out(), inside && below, m);
                spread(half, j * W, OUT * W, d0, d1);
            }
            for (int i = 0; i < SIDE; i++) {
                FloatVector d0 = FloatVector.fromArray(S, half, i * OUT * W);
                FloatVector d1 = FloatVector.fromArray(S, half, (i * OUT + 1) * W);
                spread(d, at + i * SIDE * productStride + o, productStride, d0, d1);
            }
        }
    }

    private static void spread(float[] to, int at, int stride, FloatVector d0, FloatVector d1) {
        d0.intoArray(to, at);
        d0.add(d1).intoArray(to, at + stride);
        d0.sub(d1).intoArray(to, at + 2 * stride);
        d1.neg().intoArray(to, at + 3 * stride);
    }

    /**
     * Adds the gradient of a 3x3 kernel to {@code to}, the adjoint of what {@link #panel} does.
     *
     * @param u gradients of its products, {@code stride} apart
     * @param half scratch of twelve values
     */
    void kernelGradient(float[] to, int at, float[] u, int from, int stride, float[] half) {
        for (int j = 0; j < SIDE; j++) {
            int first = from + j * stride;
            int step = SIDE * stride;
            taps(u[first], u[first + step], u[first + 2 * step], u[first + 3 * step], half, j, SIDE, false);
        }
        for (int i = 0; i < 3; i++) {
            int row = i * SIDE;
            taps(half[row], half[row + 1], half[row + 2], half[row + 3], to, at + 3 * i, 1, true);
        }
    }

    private static void taps(float u0, float u1, float u2, float u3, float[] to, int at, int step, boolean add) {
        float sum = (u1 + u2) / 2;
        to[at] = (add ? to[at] : 0) + (u0 + sum);
        to[at + step] = (add ? to[at + step] : 0) + (u1 - u2) / 2;
        to[at + 2 * step] = (add ? to[at + 2 * step] : 0) + (sum + u3);
    }
}
