package dev.swath.kernels.cuda;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Conv2dKernel.Geometry;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What of convolutions is no product: those in groups, and sums over cells ({@code conv2d_parts.cu}).
 *
 * @param types {@code f32}, {@code bf16} or {@code bf16_f32}
 */
record Conv2dParts(String types) {
    private static final String FILE = "conv2d_parts";
    private static final int THREADS = 256;
    private static final int CELLS_A_SUM = 256;

    /** y = f(conv(x) + bias). */
    void forward(Slice y, Slice x, Slice weight, @Nullable Slice bias, Activation f, Geometry g, CudaExecution on) {
        on.launch(FILE, "conv_grouped_forward_" + types)
                .cover((long) g.batch() * g.outHeight() * g.outWidth() * g.out(), THREADS)
                .block(THREADS)
                .at(y)
                .at(x)
                .at(weight)
                .optional(bias)
                .bytes(grouped(g, f))
                .run();
    }

    /** dx. */
    void backwardInput(Slice dx, Slice dy, Slice weight, Geometry g, CudaExecution on) {
        on.launch(FILE, "conv_grouped_input_" + types)
                .cover((long) g.batch() * g.height() * g.width() * g.in(), THREADS)
                .block(THREADS)
                .at(dx)
                .at(dy)
                .at(weight)
                .bytes(grouped(g, Activation.IDENTITY))
                .run();
    }

    /** dWeight +=. */
    void addWeight(Slice dWeight, Slice dy, Slice x, int cells, Geometry g, CudaExecution on) {
        int taps = g.kernel() * g.kernel();
        int across = (g.out() + 31) / 32;
        int length = sumLength(cells, (long) across * g.groupIn() * taps, on);
        int splits = (cells + length - 1) / length;
        int n = g.out() * g.groupIn() * taps;
        try (Scratch scratch = new Scratch(on)) {
            Slice sums = scratch.take(DType.F32, (long) splits * n);
            on.launch(FILE, "conv_grouped_weight_" + dy.storage().dtype())
                    .grid(across, (long) g.groupIn() * taps, splits)
                    .block(THREADS)
                    .at(sums)
                    .at(dy)
                    .at(x)
                    .i32(length)
                    .bytes(grouped(g, Activation.IDENTITY))
                    .run();
            addSums(dWeight, sums, splits, n, on);
        }
    }

    /** Adds the column sums of dy. */
    void addBias(Slice dBias, Slice dy, int cells, int out, CudaExecution on) {
        int across = (out + 31) / 32;
        int length = sumLength(cells, across, on);
        int splits = (cells + length - 1) / length;
        try (Scratch scratch = new Scratch(on)) {
            Slice sums = scratch.take(DType.F32, (long) splits * out);
            on.launch(FILE, "conv_bias_sums_" + dy.storage().dtype())
                    .grid(across, splits, 1)
                    .block(THREADS)
                    .at(sums)
                    .at(dy)
                    .i32(cells)
                    .i32(out)
                    .i32(length)
                    .run();
            addSums(dBias, sums, splits, out, on);
        }
    }

    /** Cells of one partial sum: enough blocks for all multiprocessors, but not less than {@link #CELLS_A_SUM} each. */
    private static int sumLength(int cells, long blocks, CudaExecution on) {
        long splits = Math.clamp(8L * on.multiprocessors() / Math.max(1, blocks), 1, 4096);
        return (int) Math.max(CELLS_A_SUM, (cells + splits - 1) / splits);
    }

    private static void addSums(Slice d, Slice sums, int splits, int n, CudaExecution on) {
        on.launch(FILE, "conv_add_sums_" + d.storage().dtype())
                .cover(n, THREADS)
                .block(THREADS)
                .at(d)
                .at(sums)
                .i32(splits)
                .i32(n)
                .run();
    }

    /** struct Grouped. */
    private static MemorySegment grouped(Geometry g, Activation f) {
        return new Structure(56)
                .i32(g.batch(), g.height(), g.width(), g.in(), g.outHeight(), g.outWidth(), g.out())
                .i32(g.kernel(), g.stride(), g.padding(), g.dilation())
                .i32(g.groupIn(), g.groupOut(), f.ordinal())
                .end();
    }
}
