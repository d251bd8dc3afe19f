package dev.swath.kernels.cuda;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Conv2dKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.GemmKernel.Matrix;
import dev.swath.kernels.Slice;
import dev.swath.kernels.cuda.Products.Operand;
import dev.swath.kernels.cuda.Products.Target;
import dev.swath.tensor.DType;
import dev.swath.tensor.Storage;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code conv2d.cu}, {@code hopper_conv2d.cu}, {@code conv2d_f32.cu}, {@code conv2d_tf32.cu} with {@code conv2d_parts.cu}: matrix products that pick the
 * patches of the maps as they read them, or cuDNN where it is here and faster; a kernel of one tap is a product as it stands, and groups have kernels of their own.
 */
final class CudaConv2d implements Conv2dKernel {
    private static final String PARTS = "conv2d_parts";
    private static final int MOST_MAPS = 4;
    private static final int THREADS = 256;

    private final DType type;
    private final CudaGemm gemm;
    private final Conv2dParts parts;

    /** For {@code f32}, {@code bf16} or {@code bf16_f32}. */
    CudaConv2d(String types) {
        this.type = types.equals("f32") ? DType.F32 : DType.BF16;
        this.gemm = new CudaGemm(types);
        this.parts = new Conv2dParts(types);
    }

    /** The maps as the tiles read them: their channels add up to {@code all}, in whole pieces of 16 bytes. */
    private record Maps(Slice[] parts, int[] channels, int all) {}

    @Override
    public void forward(
            Slice y,
            Slice[] x,
            int[] channels,
            Slice weight,
            @Nullable Slice bias,
            Activation f,
            Geometry g,
            Execution execution) {
        CudaExecution on = CudaExecution.of(execution);
        int cells = g.batch() * g.outHeight() * g.outWidth();
        if (g.groups() > 1) {
            parts.forward(y, x[0], weight, bias, f, g, on);
            return;
        }
        if (isProduct(g) && x.length == 1) {
            Matrix cell = Matrix.dense(x[0], g.in());
            gemm.linear(Matrix.dense(y, g.out()), cell, weight, bias, f, null, cells, g.out(), g.in(), on);
            return;
        }
        if (cells == 0 || g.out() == 0) {
            return;
        }
        try (Scratch scratch = new Scratch(on)) {
            int taps = g.kernel() * g.kernel();
            Maps maps = maps(x, channels, g.batch() * g.height() * g.width(), on, scratch);
            Slice w = arrange(weight, g.out(), g.in(), maps.all, taps, (long) g.in() * taps, taps, on, scratch);
            MemorySegment fall = fall(
                    maps,
                    g.kernel(),
                    g.height(),
                    g.width(),
                    g.outHeight(),
                    g.outWidth(),
                    g.stride(),
                    1,
                    -g.padding(),
                    g.dilation());
            compute(
                    CuDnn.forward(y, bias, f, g),
                    y,
                    (long) cells * g.out(),
                    (plan, place, room) ->
                            plan.convolve(together(maps, g.batch() * g.height() * g.width(), on, room), w, place, bias),
                    (place, room) -> {
                        Target to = new Target(place, g.out(), bias, f, null, false);
                        Products.run(overMaps(maps, w, fall, cells, g.out(), taps, on), to, on, room);
                    },
                    on);
        }
    }

    @Override
    public void backwardInput(Slice dx, Slice dy, Slice weight, Geometry g, Execution execution) {
        CudaExecution on = CudaExecution.of(execution);
        int cells = g.batch() * g.height() * g.width();
        int outCells = g.batch() * g.outHeight() * g.outWidth();
        if (g.groups() > 1) {
            parts.backwardInput(dx, dy, weight, g, on);
            return;
        }
        if (isProduct(g)) {
            Matrix d = Matrix.dense(dy, g.out());
            gemm.multiply(Matrix.dense(dx, g.in()), d, Matrix.dense(weight, g.in()), cells, g.in(), g.out(), false, on);
            return;
        }
        if (cells == 0 || g.in() == 0) {
            return;
        }
        try (Scratch scratch = new Scratch(on)) {
            int taps = g.kernel() * g.kernel();
            Maps maps = maps(new Slice[] {dy}, new int[] {g.out()}, outCells, on, scratch);
            MemorySegment fall = fall(
                    maps,
                    g.kernel(),
                    g.outHeight(),
                    g.outWidth(),
                    g.height(),
                    g.width(),
                    1,
                    g.stride(),
                    g.padding(),
                    -g.dilation());
            compute(
                    CuDnn.input(dx, g),
                    dx,
                    (long) cells * g.in(),
                    (plan, place, room) -> {
                        Slice w = arrange(weight, g.out(), g.in(), g.in(), taps, (long) g.in() * taps, taps, on, room);
                        plan.convolve(place, w, maps.parts[0], null);
                    },
                    (place, room) -> {
                        Slice w =
                                arrange(weight, g.in(), g.out(), maps.all, taps, taps, (long) g.in() * taps, on, room);
                        Target to = Target.of(place, g.in(), false);
                        Products.run(overMaps(maps, w, fall, cells, g.in(), taps, on), to, on, room);
                    },
                    on);
        }
    }

    @Override
    public void backwardWeight(
            Slice dWeight, @Nullable Slice dBias, Slice dy, Slice x, Geometry g, Execution execution) {
        CudaExecution on = CudaExecution.of(execution);
        int cells = g.batch() * g.outHeight() * g.outWidth();
        if (cells == 0) {
            return;
        }
        if (dBias != null) {
            parts.addBias(dBias, dy, cells, g.out(), on);
        }
        if (g.groups() > 1) {
            parts.addWeight(dWeight, dy, x, cells, g, on);
            return;
        }
        if (isProduct(g)) {
            Matrix d = Matrix.dense(dy, g.out()).transposed();
            Matrix cell = Matrix.dense(x, g.in());
            gemm.multiply(Matrix.dense(dWeight, g.in()), d, cell, g.out(), g.in(), cells, true, on);
            return;
        }
        if (g.out() == 0 || g.in() == 0) {
            return;
        }
        try (Scratch scratch = new Scratch(on)) {
            int taps = g.kernel() * g.kernel();
            Operand d = alongRows(dy, cells, g.out(), on, scratch);
            Maps maps = maps(new Slice[] {x}, new int[] {g.in()}, g.batch() * g.height() * g.width(), on, scratch);
            MemorySegment fall = fall(
                    maps,
                    g.kernel(),
                    g.height(),
                    g.width(),
                    g.outHeight(),
                    g.outWidth(),
                    g.stride(),
                    1,
                    -g.padding(),
                    g.dilation());
            compute(
                    CuDnn.weight(g, d.slice(), maps.parts[0]),
                    dWeight,
                    (long) g.out() * g.in() * taps,
                    (plan, place, room) -> {
                        Slice w = room.take(plan.result(), (long) g.out() * taps * g.in());
                        plan.convolve(maps.parts[0], w, d.slice(), null);
                        addWeight(place, wide(w, (long) g.out() * taps * g.in(), on, room), 1, g, g.in(), on);
                    },
                    (place, room) -> sumWeight(place, d, maps, fall, g, cells, on, room),
                    on);
        }
    }

    /** dW += the partial sums over parts of the cells. */
    private void sumWeight(
            Slice dWeight,
            Operand d,
            Maps maps,
            MemorySegment fall,
            Geometry g,
            int cells,
            CudaExecution on,
            Scratch scratch) {
        Tiling.Kind kind = Products.kind(type, on);
        int n = g.kernel() * g.kernel() * maps.all;
        Products.Call call = new Products.Call(
                "conv2d",
                "conv_weight",
                kind,
                launch -> launch.at(d.slice()).at(maps.parts[0]),
                fall,
                g.out(),
                n,
                cells,
                d.ld(),
                0);
        Tiling tiling = Tiling.of(kind, g.out(), n, cells, on.multiprocessors(), true);
        int length = Math.min(tiling.length(), kind.longest() / kind.step() * kind.step());
        int splits = (cells + length - 1) / length;
        Slice sums = scratch.take(DType.F32, (long) splits * g.out() * n);
        Products.partial(call, new Tiling(tiling.tile(), splits, length), sums, on);
        addWeight(dWeight, sums, splits, g, maps.all, on);
    }

    /** dW (out, in, tap) += sums (splits, out, tap, padded). */
    private static void addWeight(Slice dWeight, Slice sums, int splits, Geometry g, int padded, CudaExecution on) {
        on.launch(PARTS, "conv_add_weight_" + dWeight.storage().dtype())
                .cover((long) g.out() * g.in(), THREADS)
                .block(THREADS)
                .at(dWeight)
                .at(sums)
                .i32(splits)
                .i32(g.out())
                .i32(g.in())
                .i32(padded)
                .i32(g.kernel() * g.kernel())
                .run();
    }

    /** The same in f32. */
    private static Slice wide(Slice x, long n, CudaExecution on, Scratch scratch) {
        if (x.storage().dtype() == DType.F32) {
            return x;
        }
        Slice copy = scratch.take(DType.F32, n);
        new CudaCast("f32_bf16").cast(copy, x, n, on);
        return copy;
    }

    /**
     * By the library where that is here and faster, else by our own kernel.
     *
     * @param what the library is asked to do, or null if it cannot
     */
    private static void compute(
            CuDnnGraph.@Nullable Convolution what,
            Slice to,
            long elements,
            CuDnn.Way theirs,
            BiConsumer<Slice, Scratch> ours,
            CudaExecution on) {
        CuDnn library = what == null ? null : on.backend().cudnn();
        if (library != null) {
            library.run(what, to, elements, theirs, ours, on);
        } else {
            CuDnn.own(ours, to, on);
        }
    }

    /** Whether every output cell sees one input cell, its own. */
    private static boolean isProduct(Geometry g) {
        return g.kernel() == 1 && g.stride() == 1 && g.padding() == 0;
    }

    private Products.Call overMaps(
            Maps maps, Slice weight, MemorySegment fall, int cells, int columns, int taps, CudaExecution on) {
        Tiling.Kind kind = Products.kind(type, on);
        int k = taps * maps.all;
        return new Products.Call(
                "conv2d",
                "conv_maps",
                kind,
                launch -> {
                    for (int i = 0; i < MOST_MAPS; i++) {
                        launch.at(maps.parts[Math.min(i, maps.parts.length - 1)]);
                    }
                    launch.at(weight);
                },
                fall,
                cells,
                columns,
                k,
                0,
                k);
    }

    /** The maps themselves where all can be read in pieces of 16 bytes, else one copy with zeros in the place of channels that are missing. */
    private Maps maps(Slice[] x, int[] channels, int cells, CudaExecution on, Scratch scratch) {
        int piece = Products.piece(type);
        boolean fit = x.length <= MOST_MAPS;
        for (int i = 0; i < x.length; i++) {
            fit &= channels[i] % piece == 0 && Products.aligned(x[i]);
        }
        int all = Arrays.stream(channels).sum();
        if (fit) {
            return new Maps(x, channels, all);
        }
        int padded = Products.padded(all, piece);
        Slice copy = scratch.take(type, (long) cells * padded);
        copyParts(copy, padded, x, channels, cells, on);
        return new Maps(new Slice[] {copy}, new int[] {padded}, padded);
    }

    /** One map of all parts. */
    private Slice together(Maps maps, int cells, CudaExecution on, Scratch scratch) {
        if (maps.parts.length == 1) {
            return maps.parts[0];
        }
        Slice copy = scratch.take(type, (long) cells * maps.all);
        copyParts(copy, maps.all, maps.parts, maps.channels, cells, on);
        return copy;
    }

    /** Puts the parts beside each other into rows of {@code width} elements, and zeros behind the last. */
    private static void copyParts(Slice copy, int width, Slice[] parts, int[] channels, int cells, CudaExecution on) {
        int first = 0;
        for (int i = 0; i < parts.length; i++) {
            int columns = i == parts.length - 1 ? width - first : channels[i];
            Products.arrange(copy.plus(first), width, parts[i], channels[i], 1, cells, channels[i], columns, on);
            first += channels[i];
        }
    }

    /** dy (cells, out) as the operand (out, cells) along its rows. */
    private Operand alongRows(Slice dy, int cells, int out, CudaExecution on, Scratch scratch) {
        int piece = Products.piece(type);
        if (out % piece == 0 && Products.aligned(dy)) {
            return new Operand(dy, out, false);
        }
        int padded = Products.padded(out, piece);
        Slice copy = scratch.take(type, (long) cells * padded);
        Products.arrange(copy, padded, dy, out, 1, cells, out, padded, on);
        return new Operand(copy, padded, false);
    }

    /** The weight as (rows, tap, channel). */
    private Slice arrange(
            Slice weight,
            int rows,
            int channels,
            int padded,
            int taps,
            long rowStride,
            long channelStride,
            CudaExecution on,
            Scratch scratch) {
        Slice dense = CudaStorage.multiplied(CudaWeight.dense(weight), type);
        return CudaWeight.form(weight, type, (long) rows * taps * padded, on, scratch, to -> on.launch(
                        PARTS,
                        "conv_arrange_weight_" + type + "_" + dense.storage().dtype())
                .cover((long) rows * padded, THREADS)
                .block(THREADS)
                .at(to)
                .at(dense)
                .i32(rows)
                .i32(channels)
                .i32(padded)
                .i32(taps)
                .i64(rowStride)
                .i64(channelStride)
                .run());
    }

    /** struct Maps. */
    private static MemorySegment fall(
            Maps maps,
            int kernel,
            int height,
            int width,
            int gridHeight,
            int gridWidth,
            int multiply,
            int divide,
            int offset,
            int step) {
        int[] firsts = new int[MOST_MAPS];
        for (int i = 1; i < MOST_MAPS; i++) {
            firsts[i] = i <= maps.channels.length ? firsts[i - 1] + maps.channels[i - 1] : maps.all;
        }
        return new Structure(84)
                .i32(height, width, multiply, divide, offset, step)
                .i32(firsts[1], firsts[2], firsts[3])
                .i32(Products.divisor(gridHeight * gridWidth))
                .i32(Products.divisor(gridWidth))
                .i32(Products.divisor(maps.all))
                .i32(Products.divisor(kernel))
                .end();
    }

    @Override
    public Storage pack(Slice weight, int out, int in, int kernel, int stride, int groups, int dilation) {
        long elements = (long) out * (in / groups) * kernel * kernel;
        return weight.storage() instanceof CudaStorage dense && weight.offset() == 0 && dense.size() == elements
                ? new CudaWeight(dense)
                : weight.storage();
    }
}
