package dev.swath.kernels.vector;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Conv2dKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.GemmKernel.Matrix;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.Slice;
import dev.swath.kernels.vector.Patches.Input;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.PackedStorage;
import dev.swath.tensor.Storage;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * {@code conv2d}: Winograd's F(4x4, 3x3) for packed 3x3 weights of stride 1 and F(2x2, 3x3) for others of many channels (see
 * {@link WinogradConv2d}), else patches laid out as rows (im2col) and a matrix product. The input's gradient is a
 * convolution of the same kind or, where there is none, a product whose rows are added up; the weight's is a product with
 * patches. Several groups go one after another through the same; a group of one channel each is {@link Depthwise}.
 *
 * <p>Weights that are trained are not packed, so training has the smaller rounding errors of the smaller tiles: with the
 * larger ones losses drift several times further from those of 64-bit floats within fifty steps.
 */
final class VectorConv2d implements Conv2dKernel {
    private static final int MIN_CHANNELS = 16;
    /** Cells whose gradients one task adds up. */
    private static final int PIECE = 4096;

    /** Floats of the gradients of patches that are made in one go. */
    private static final int SCRATCH = 1 << 21;

    private final VectorGemm gemm;
    private final WinogradConv2d byTiles;

    VectorConv2d(VectorGemm gemm) {
        this.gemm = gemm;
        byTiles = new WinogradConv2d(gemm);
    }

    @Override
    public Storage pack(Slice weight, int out, int in, int kernel, int stride, int groups, int dilation) {
        boolean suits =
                kernel == 3 && stride == 1 && groups == 1 && dilation == 1 && in >= MIN_CHANNELS && out >= MIN_CHANNELS;
        return suits ? new WinogradStorage(weight.floats(), weight.offset(), out, in) : weight.storage();
    }

    @Override
    public void forward(
            Slice y,
            Slice[] x,
            int[] channels,
            Slice weight,
            @Nullable Slice bias,
            Activation f,
            Geometry g,
            Execution on) {
        if (weight.storage() instanceof WinogradStorage w && WinogradConv2d.suits(g)) {
            WinogradConv2d.packed(y, x, channels, w, bias, g, on);
            activate(y, f, g, on);
            return;
        }
        Slice dense = weight.storage() instanceof PackedStorage packed ? Slice.of(packed.unpack(), 0) : weight;
        if (WinogradConv2d.isQuicker(g)) {
            WinogradConv2d.trained(y, x, channels, dense, false, bias, g, on);
            activate(y, f, g, on);
            return;
        }
        if (Depthwise.suits(g)) {
            Depthwise.forward(y, x[0], dense, bias, f, g, on);
            return;
        }
        for (int group = 0; group < g.groups(); group++) {
            Input in = g.groups() == 1 ? new Input(x, channels, channels) : Input.group(x[0], group, g);
            float[] ordered = ordered(weight(dense, group, g), g.group(), on);
            Slice shift = bias == null ? null : bias.plus((long) group * g.groupOut());
            direct(y.plus((long) group * g.groupOut()), g.out(), in, ordered, shift, f, g.group(), on);
            HostExecution.arrays(on).give(ordered);
        }
    }

    /** The weight of one group. */
    private static Slice weight(Slice weight, int group, Geometry g) {
        return weight.plus((long) group * g.groupOut() * g.groupIn() * g.kernel() * g.kernel());
    }

    /** A product of patches and a weight (out, ky, kx, in); the cells of y lie {@code step} apart. */
    private void direct(
            Slice y, int step, Input x, float[] weight, @Nullable Slice bias, Activation f, Geometry g, Execution on) {
        gemm.linear(
                Matrix.dense(y, step),
                new Patches(x, g),
                Slice.of(new HostStorage.Floats(weight), 0),
                VectorGemm.Epilogue.of(bias, f, null),
                g.batch() * g.outHeight() * g.outWidth(),
                g.out(),
                g.kernel() * g.kernel() * g.in(),
                on);
    }

    private static void activate(Slice y, Activation f, Geometry g, Execution on) {
        if (f != Activation.IDENTITY) {
            on.forEach(g.batch() * g.height(), r -> {
                int n = g.width() * g.out();
                VectorUnary.apply(f, y.floats(), y.offset() + r * n, y.floats(), y.offset() + r * n, n);
            });
        }
    }

    private static int block(int depth, int cells) {
        return Math.min(cells, Math.max(64, SCRATCH / Math.max(1, depth)));
    }

    /** The weight as (out, ky, kx, in), the order in which patches are gathered. */
    private float[] ordered(Slice weight, Geometry g, Execution on) {
        int taps = g.kernel() * g.kernel();
        float[] w = weight.floats();
        float[] out = HostExecution.arrays(on).take(g.out() * taps * g.in());
        on.forEach(g.out(), o -> {
            int kernels = o * g.in() * taps;
            Rows.turn(w, weight.offset() + kernels, taps, 1, g.in(), taps, out, kernels, g.in());
        });
        return out;
    }

    /** The weight as (in, ky, kx, out), each kernel turned by half a turn: that of the adjoint convolution. */
    private float[] turned(Slice weight, Geometry g, Execution on) {
        int taps = g.kernel() * g.kernel();
        float[] w = weight.floats();
        float[] to = HostExecution.arrays(on).take(g.in() * taps * g.out());
        on.forEach(g.in(), i -> {
            int last = weight.offset() + (i + 1) * taps - 1;
            Rows.turn(w, last, g.in() * taps, -1, g.out(), taps, to, i * taps * g.out(), g.out());
        });
        return to;
    }

    @Override
    public void backwardInput(Slice dx, Slice dy, Slice weight, Geometry g, Execution on) {
        if (WinogradConv2d.isQuicker(g)) {
            WinogradConv2d.trained(dx, new Slice[] {dy}, new int[] {g.out()}, weight, true, null, adjoint(g), on);
            return;
        }
        if (Depthwise.suits(g)) {
            Depthwise.backwardInput(dx, dy, weight, g, on);
            return;
        }
        // The adjoint of such a convolution is one of the same kind, from the output's channels to the input's.
        boolean adjoint = g.stride() == 1 && g.extent() == 2 * g.padding() + 1;
        if (!adjoint) {
            Arrays.fill(dx.floats(), dx.offset(), dx.offset() + g.batch() * g.height() * g.width() * g.in(), 0);
        }
        for (int group = 0; group < g.groups(); group++) {
            Slice to = dx.plus((long) group * g.groupIn());
            Slice w = weight(weight, group, g);
            if (adjoint) {
                adjoint(to, g.in(), Input.part(dy, group * g.groupOut(), g.groupOut(), g.out()), w, g.group(), on);
            } else {
                scattered(to, g.in(), dy.plus((long) group * g.groupOut()), g.out(), w, g.group(), on);
            }
        }
    }

    private void adjoint(Slice dx, int step, Input dy, Slice weight, Geometry g, Execution on) {
        float[] turned = turned(weight, g, on);
        direct(dx, step, dy, turned, null, Activation.IDENTITY, adjoint(g), on);
        HostExecution.arrays(on).give(turned);
    }

    private static Geometry adjoint(Geometry g) {
        return new Geometry(
                g.batch(), g.height(), g.width(), g.out(), g.in(), g.kernel(), 1, g.padding(), 1, g.dilation());
    }

    /** dx += the gradients of all patches; the cells of dx and dy lie some steps apart. */
    private void scattered(Slice dx, int dxStep, Slice dy, int dyStep, Slice weight, Geometry g, Execution on) {
        int depth = g.kernel() * g.kernel() * g.in();
        int cells = g.batch() * g.outHeight() * g.outWidth();
        int block = block(depth, cells);
        float[] ordered = ordered(weight, g, on);
        float[] rows = HostExecution.arrays(on).take(block * depth);
        Slice w = Slice.of(new HostStorage.Floats(ordered), 0);
        Slice patches = Slice.of(new HostStorage.Floats(rows), 0);
        for (int first = 0; first < cells; first += block) {
            int count = Math.min(block, cells - first);
            // rows (count, taps in) = dy (count, out) W (out, taps in)
            gemm.multiply(
                    Matrix.dense(patches, depth),
                    Matrix.dense(dy.plus((long) first * dyStep), dyStep),
                    Matrix.dense(w, depth),
                    count,
                    depth,
                    g.out(),
                    false,
                    on);
            scatter(dx, dxStep, rows, first, count, g, on);
        }
        HostExecution.arrays(on).give(rows);
        HostExecution.arrays(on).give(ordered);
    }

    /**
     * Adds each patch's gradient to the cells that it was gathered from; the channels are shared out among the threads.
     */
    private static void scatter(Slice dx, int step, float[] rows, int first, int count, Geometry g, Execution on) {
        int depth = g.kernel() * g.kernel() * g.in();
        int share = 64;
        float[] to = dx.floats();
        on.forEach(Math.ceilDiv(g.in(), share), part -> {
            int from = part * share;
            int n = Math.min(share, g.in() - from);
            for (int r = 0; r < count; r++) {
                int cell = first + r;
                int b = cell / (g.outHeight() * g.outWidth());
                int top = cell / g.outWidth() % g.outHeight() * g.stride() - g.padding();
                int left = cell % g.outWidth() * g.stride() - g.padding();
                for (int t = 0; t < g.kernel() * g.kernel(); t++) {
                    int iy = top + t / g.kernel() * g.dilation();
                    int ix = left + t % g.kernel() * g.dilation();
                    if (iy >= 0 && iy < g.height() && ix >= 0 && ix < g.width()) {
                        int at = dx.offset() + ((b * g.height() + iy) * g.width() + ix) * step + from;
                        int source = r * depth + t * g.in() + from;
                        for (int c = 0; c < n; c++) {
                            to[at + c] += rows[source + c];
                        }
                    }
                }
            }
        });
    }

    @Override
    public void backwardWeight(Slice dWeight, @Nullable Slice dBias, Slice dy, Slice x, Geometry g, Execution on) {
        if (Depthwise.suits(g)) {
            Depthwise.backwardWeight(dWeight, dBias, dy, x, g, on);
            return;
        }
        if (WinogradConv2d.isQuickerForWeight(g)) {
            byTiles.backwardWeight(dWeight, dy, x, g, on);
            if (dBias != null) {
                sums(dBias, dy, g.out(), g.batch() * g.height() * g.width(), g.out(), on);
            }
            return;
        }
        for (int group = 0; group < g.groups(); group++) {
            long first = (long) group * g.groupOut();
            backwardWeight(
                    weight(dWeight, group, g),
                    dBias == null ? null : dBias.plus(first),
                    dy.plus(first),
                    g.out(),
                    Input.group(x, group, g),
                    g.group(),
                    on);
        }
    }

    /** The same for one group; the cells of dy lie {@code step} apart. */
    private void backwardWeight(
            Slice dWeight, @Nullable Slice dBias, Slice dy, int step, Input x, Geometry g, Execution on) {
        int taps = g.kernel() * g.kernel();
        int depth = taps * g.in();
        int cells = g.batch() * g.outHeight() * g.outWidth();
        float[] sum = HostExecution.arrays(on).take(g.out() * depth);
        Matrix total = Matrix.dense(Slice.of(new HostStorage.Floats(sum), 0), depth);
        // sum (out, taps in) = dy^T (out, cells) patches (cells, taps in)
        gemm.multiply(
                total,
                Strips.of(Matrix.dense(dy, step).transposed()),
                new Patches(x, g),
                g.out(),
                depth,
                cells,
                false,
                on);
        float[] to = dWeight.floats();
        on.forEach(g.out(), o -> {
            for (int i = 0; i < g.in(); i++) {
                for (int t = 0; t < taps; t++) {
                    to[dWeight.offset() + (o * g.in() + i) * taps + t] += sum[(o * taps + t) * g.in() + i];
                }
            }
        });
        HostExecution.arrays(on).give(sum);
        if (dBias != null) {
            sums(dBias, dy, step, cells, g.out(), on);
        }
    }

    /** dBias += the sums of the columns of dy, in f64: before a norm they are 0 but for rounding. */
    private static void sums(Slice dBias, Slice dy, int step, int cells, int out, Execution on) {
        int pieces = Math.ceilDiv(cells, PIECE);
        double[] sums = new double[pieces * out];
        float[] values = dy.floats();
        Chunks.pieces(cells, PIECE, on, (from, end) -> {
            int to = from / PIECE * out;
            for (int cell = from; cell < end; cell++) {
                int at = dy.offset() + cell * step;
                for (int o = 0; o < out; o++) {
                    sums[to + o] += values[at + o];
                }
            }
        });
        for (int o = 0; o < out; o++) {
            double sum = 0;
            for (int piece = 0; piece < pieces; piece++) {
                sum += sums[piece * out + o];
            }
            dBias.floats()[dBias.offset() + o] += (float) sum;
        }
    }
}
