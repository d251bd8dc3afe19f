package dev.swath.kernels.vector;

import dev.swath.kernels.Conv2dKernel.Geometry;
import dev.swath.kernels.Execution;
import dev.swath.kernels.GemmKernel.Matrix;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.ScratchArrays;
import dev.swath.kernels.Slice;
import dev.swath.tensor.HostStorage;
import org.jspecify.annotations.Nullable;

/**
 * 3x3 convolutions of stride 1, padding 1, one group and no dilation by one of {@link Winograd}'s forms: tiles of the map are
 * transformed, multiplied with the transformed weight, one matrix product for each product of a tile, and turned back.
 */
final class WinogradConv2d {
    /**
     * Floats of a scratch array at most: a hundred tiles and more of the widest maps, so that the transformed weight, which is
     * larger than any cache, is read a few times only.
     */
    private static final int SCRATCH = 1 << 22;

    private static final int MAX_TILES = 240;

    /** Floats of a transformed weight that are there at a time; of large weights as many always, so that one array serves all. */
    private static final int WEIGHT = 7 << 21;

    /** Between tiles' channels: vectors of the last ones are written whole. */
    private static final int PAD = 16;

    /** Tiles whose products the gradient of a weight sums up in one go. */
    private static final int GRADIENT_TILES = 1024;

    /** Tiles that one task transforms. */
    private static final int SHARE = 32;

    /** Fewest channels on either side for which F(2x2, 3x3) is worth its transforms. */
    private static final int MIN_CHANNELS = 64;

    /** Fewest weights of a tap for which the gradient of the weight is. */
    private static final int MIN_PAIRS = 128 * 64;

    private final VectorGemm gemm;

    WinogradConv2d(VectorGemm gemm) {
        this.gemm = gemm;
    }

    /** Whether a convolution can go by tiles. */
    static boolean suits(Geometry g) {
        return g.kernel() == 3 && g.stride() == 1 && g.padding() == 1 && g.groups() == 1 && g.dilation() == 1;
    }

    /** Whether one with a weight that is still trained is quicker by {@link Winograd#F2}. */
    static boolean isQuicker(Geometry g) {
        return suits(g) && g.in() >= MIN_CHANNELS && g.out() >= MIN_CHANNELS;
    }

    /** The same for the gradient of the weight. */
    static boolean isQuickerForWeight(Geometry g) {
        return isQuicker(g) && (long) g.in() * g.out() >= MIN_PAIRS;
    }

    /** Where tiles lie. */
    private record Tiles(Winograd form, int down, int across, int count) {
        static Tiles of(Winograd form, Geometry g) {
            int down = Math.ceilDiv(g.height(), form.out);
            int across = Math.ceilDiv(g.width(), form.out);
            return new Tiles(form, down, across, g.batch() * down * across);
        }

        int image(int tile) {
            return tile / (down * across);
        }

        /** First row of a tile's outputs. */
        int top(int tile) {
            return tile / across % down * form.out;
        }

        int left(int tile) {
            return tile % across * form.out;
        }
    }

    /**
     * y = x * weight + bias with a weight (out, in, 3, 3) that is still trained, by {@link Winograd#F2}; with {@code adjoint}
     * the convolution that gives the gradient of the input, of this weight and with outputs for inputs.
     *
     * @param g of what is computed
     */
    static void trained(
            Slice y,
            Slice[] x,
            int[] channels,
            Slice weight,
            boolean adjoint,
            @Nullable Slice bias,
            Geometry g,
            Execution on) {
        ScratchArrays arrays = HostExecution.arrays(on);
        float[] to = arrays.take(Winograd.F2.products * Winograd.weightStride(g.out(), g.in()));
        on.forEach(PanelStorage.count(g.out()), panel -> {
            float[] scratch = arrays.take(WinogradF2.PANEL_SCRATCH);
            WinogradF2.panel(to, weight.floats(), weight.offset(), g.out(), g.in(), adjoint, panel, scratch);
            arrays.give(scratch);
        });
        forward(Winograd.F2, y, x, channels, new Weight(to, 0, g.out()), bias, g, on);
        arrays.give(to);
    }

    /** y = x * weight + bias with a packed weight, by {@link Winograd#F4}; the weight is transformed some panels at a time. */
    static void packed(
            Slice y,
            Slice[] x,
            int[] channels,
            WinogradStorage weight,
            @Nullable Slice bias,
            Geometry g,
            Execution on) {
        ScratchArrays arrays = HostExecution.arrays(on);
        int count = PanelStorage.count(g.out());
        int most = Math.clamp(WEIGHT / (Winograd.F4.products * GemmTile.COLUMNS * g.in()), 1, count);
        int each = Math.ceilDiv(count, Math.ceilDiv(count, most));
        int size = Winograd.F4.products * Winograd.weightStride(each * GemmTile.COLUMNS, g.in());
        float[] to = arrays.take(size > SCRATCH ? Math.max(size, WEIGHT) : size);
        for (int first = 0; first < count; first += each) {
            int column = first * GemmTile.COLUMNS;
            int columns = Math.min(each * GemmTile.COLUMNS, g.out() - column);
            int panels = Math.min(each, count - first);
            weight.transform(first, panels, to, Winograd.weightStride(columns, g.in()), on);
            forward(Winograd.F4, y, x, channels, new Weight(to, column, columns), bias, g, on);
        }
        arrays.give(to);
    }

    /** A transformed weight, or what of it is for the outputs from {@code column} on. */
    private record Weight(float[] values, int column, int columns) {}

    /** The columns of y = x * weight + bias that the weight is for, of maps that count as one. */
    private static void forward(
            Winograd form,
            Slice y,
            Slice[] x,
            int[] channels,
            Weight weight,
            @Nullable Slice bias,
            Geometry g,
            Execution on) {
        Tiles tiles = Tiles.of(form, g);
        int ldv = g.in() + PAD;
        int ldm = PanelStorage.columns(weight.columns);
        int most = Math.clamp(SCRATCH / (form.products * Math.max(ldv, ldm)), 1, MAX_TILES);
        int block = Math.ceilDiv(tiles.count, Math.ceilDiv(tiles.count, most));
        float[] shift = new float[PanelStorage.columns(g.out())];
        if (bias != null) {
            System.arraycopy(bias.floats(), bias.offset(), shift, 0, g.out());
        }
        ScratchArrays arrays = HostExecution.arrays(on);
        float[] v = arrays.take(form.products * block * ldv);
        float[] m = arrays.take(form.products * block * ldm);
        for (int start = 0; start < tiles.count; start += block) {
            int first = start;
            int count = Math.min(block, tiles.count - first);
            each(
                    count,
                    form,
                    on,
                    (tile, half) -> input(tiles, v, tile * ldv, block * ldv, half, x, channels, first + tile, g));
            on.forEach(form.products, q -> {
                Slice to = Slice.of(new HostStorage.Floats(m), q * block * ldm);
                Slice from = Slice.of(new HostStorage.Floats(v), q * block * ldv);
                int panels = q * Winograd.weightStride(weight.columns, g.in());
                VectorGemm.small(
                        to, ldm, Matrix.dense(from, ldv), weight.values, panels, count, weight.columns, g.in(), on);
            });
            each(count, form, on, (tile, half) -> {
                int b = tiles.image(first + tile);
                form.output(
                        y,
                        m,
                        tile * ldm,
                        block * ldm,
                        half,
                        shift,
                        weight.column,
                        weight.column + weight.columns,
                        b,
                        tiles.top(first + tile),
                        tiles.left(first + tile),
                        g);
            });
        }
        arrays.give(m);
        arrays.give(v);
    }

    /** What is done with each tile of a block, with scratch of a vector for each product. */
    @FunctionalInterface
    private interface TileBody {
        void accept(int tile, float[] half);
    }

    private static void each(int count, Winograd form, Execution on, TileBody body) {
        on.forEach(Math.ceilDiv(count, SHARE), task -> {
            float[] half = HostExecution.arrays(on).take(form.products * Lanes.LENGTH);
            for (int tile = task * SHARE; tile < Math.min(count, (task + 1) * SHARE); tile++) {
                body.accept(tile, half);
            }
            HostExecution.arrays(on).give(half);
        });
    }

    /** One tile of all maps. */
    private static void input(
            Tiles tiles,
            float[] v,
            int at,
            int productStride,
            float[] half,
            Slice[] x,
            int[] channels,
            int tile,
            Geometry g) {
        int to = at;
        for (int map = 0; map < x.length; map++) {
            tiles.form.input(
                    v,
                    to,
                    productStride,
                    half,
                    x[map],
                    channels[map],
                    tiles.image(tile),
                    tiles.top(tile) - 1,
                    tiles.left(tile) - 1,
                    g);
            to += channels[map];
        }
    }

    /** dWeight += the gradient by {@link Winograd#F2}: for each product of a tile, D^T V over all tiles. */
    void backwardWeight(Slice dWeight, Slice dy, Slice x, Geometry g, Execution on) {
        WinogradF2 form = Winograd.F2;
        Tiles tiles = Tiles.of(form, g);
        int plane = g.out() * g.in();
        int most = Math.min(tiles.count, GRADIENT_TILES);
        int ldv = g.in() + PAD;
        int ldd = g.out() + PAD;
        float[] v = HostExecution.arrays(on).take(form.products * most * ldv);
        float[] d = HostExecution.arrays(on).take(form.products * most * ldd);
        float[] u = HostExecution.arrays(on).take(form.products * plane);
        for (int first = 0; first < tiles.count; first += most) {
            int start = first;
            int count = Math.min(most, tiles.count - first);
            each(count, form, on, (t, half) -> {
                int b = tiles.image(start + t);
                int top = tiles.top(start + t);
                int left = tiles.left(start + t);
                form.input(v, t * ldv, most * ldv, half, x, g.in(), b, top - 1, left - 1, g);
                form.gradient(d, t * ldd, most * ldd, half, dy, b, top, left, g);
            });
            for (int q = 0; q < form.products; q++) {
                Slice to = Slice.of(new HostStorage.Floats(u), (long) q * plane);
                Slice left = Slice.of(new HostStorage.Floats(d), (long) q * most * ldd);
                Slice right = Slice.of(new HostStorage.Floats(v), (long) q * most * ldv);
                gemm.multiply(
                        Matrix.dense(to, g.in()),
                        Matrix.dense(left, ldd).transposed(),
                        Matrix.dense(right, ldv),
                        g.out(),
                        g.in(),
                        count,
                        first > 0,
                        on);
            }
        }
        on.forEach(g.out(), o -> {
            float[] half = new float[3 * form.side];
            for (int i = 0; i < g.in(); i++) {
                int kernel = o * g.in() + i;
                int at = dWeight.offset() + kernel * Winograd.TAPS;
                form.kernelGradient(dWeight.floats(), at, u, kernel, plane, half);
            }
        });
        HostExecution.arrays(on).give(u);
        HostExecution.arrays(on).give(d);
        HostExecution.arrays(on).give(v);
    }
}
