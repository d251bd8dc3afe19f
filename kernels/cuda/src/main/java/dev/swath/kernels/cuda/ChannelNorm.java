package dev.swath.kernels.cuda;

import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.Storage;
import org.jspecify.annotations.Nullable;

/**
 * {@code channel_norm.cu}: what batch norm and instance norm share. Operands are (batch, rows, channels).
 *
 * @param types of activations and parameters
 */
record ChannelNorm(String types) {
    private static final String FILE = "channel_norm";
    private static final int ROWS_A_THREAD = 8;
    private static final int COLUMNS_A_BLOCK = 32;
    private static final int JOINING_THREADS = 16 * COLUMNS_A_BLOCK;
    /** As many as fit at once. */
    private static final int BLOCKS_A_MULTIPROCESSOR = 3;

    /** Sizes of one call. */
    record Sizes(long batch, long rows, int channels) {
        long columns() {
            return batch * channels;
        }
    }

    /**
     * The numbers of each channel of each batch entry.
     *
     * @param mean (batch, channels)
     * @param second variance, or the reciprocal of the deviation where eps is negative
     * @param weight (channels), or null for 1
     * @param bias (channels), or null for 0; with ReLU the backward pass needs it too
     */
    record Channels(
            Slice mean,
            Slice second,
            @Nullable Slice weight,
            @Nullable Slice bias,
            double eps) {}

    private String activations() {
        return Blocks.activations(types);
    }

    private Blocks.Columns columns(Sizes s, CudaExecution e, Slice... operands) {
        return Blocks.Columns.of(
                Blocks.wide(types),
                Blocks.aligned(operands),
                s.batch,
                s.rows,
                s.channels,
                ROWS_A_THREAD,
                (long) BLOCKS_A_MULTIPROCESSOR * e.multiprocessors());
    }

    /** mean (=) and the variance, or 1 / sqrt(variance + eps) where eps is not negative, to {@code second} (=). */
    void moments(Slice mean, Slice second, Slice x, double eps, Sizes s, CudaExecution e) {
        if (s.columns() == 0) {
            return;
        }
        Blocks.Columns c = columns(s, e, x);
        Storage parts = e.borrow(DType.F32, s.columns() * c.chunks() * 2);
        Slice part = Slice.of(parts, 0);
        e.launch(FILE, "channel_norm_moments_" + activations())
                .grid(c.blocks(s.batch))
                .block(Blocks.THREADS)
                .at(part)
                .at(x)
                .i64(s.rows)
                .i32(s.channels)
                .i32(c.chunks())
                .i32(c.lanes())
                .i32(c.wide() ? 1 : 0)
                .run();
        e.launch(FILE, "channel_norm_finish_moments")
                .grid(Blocks.ceil(s.columns(), COLUMNS_A_BLOCK))
                .block(JOINING_THREADS)
                .at(mean)
                .at(second)
                .at(part)
                .i64(s.rows)
                .i32(s.channels)
                .i32(c.chunks())
                .i64(s.columns())
                .f32(eps)
                .run();
        e.giveBack(parts);
    }

    /** y (=), with ReLU if that is asked; y may be x. */
    void forward(Slice y, Slice x, Channels k, boolean relu, Sizes s, CudaExecution e) {
        if (s.columns() == 0) {
            return;
        }
        Blocks.Columns c = columns(s, e, y, x, k.weight, k.bias);
        e.launch(FILE, "channel_norm_" + (relu ? "relu_" : "") + "forward_" + types)
                .grid(c.blocks(s.batch))
                .block(Blocks.THREADS)
                .at(y)
                .at(x)
                .at(k.mean)
                .at(k.second)
                .optional(k.weight)
                .optional(k.bias)
                .i64(s.rows)
                .i32(s.channels)
                .i32(c.chunks())
                .i32(c.lanes())
                .i32(c.wide() ? 1 : 0)
                .f32(k.eps)
                .run();
    }

    /**
     * dx (=, or null), dWeight (+=, or null), dBias (+=, or null).
     *
     * @param through whether mean and variance are those of x, so that the gradient flows through them too
     */
    void backward(
            @Nullable Slice dx,
            @Nullable Slice dWeight,
            @Nullable Slice dBias,
            Slice dy,
            Slice x,
            Channels k,
            boolean relu,
            boolean through,
            Sizes s,
            CudaExecution e) {
        if (s.columns() == 0) {
            return;
        }
        String kernel = "channel_norm_" + (relu ? "relu_" : "");
        Blocks.Columns c = columns(s, e, dx, dy, x, k.weight, k.bias);
        Storage totals = e.borrow(DType.F32, 2 * s.columns());
        Slice total = Slice.of(totals, 0);
        if (dWeight != null || dBias != null || (dx != null && through)) {
            Storage parts = e.borrow(DType.F32, s.columns() * c.chunks() * 2);
            Slice part = Slice.of(parts, 0);
            e.launch(FILE, kernel + "sums_" + types)
                    .grid(c.blocks(s.batch))
                    .block(Blocks.THREADS)
                    .at(part)
                    .at(dy)
                    .at(x)
                    .at(k.mean)
                    .at(k.second)
                    .optional(k.weight)
                    .optional(k.bias)
                    .i64(s.rows)
                    .i32(s.channels)
                    .i32(c.chunks())
                    .i32(c.lanes())
                    .i32(c.wide() ? 1 : 0)
                    .f32(k.eps)
                    .run();
            e.launch(FILE, "channel_norm_finish_" + (types.equals("bf16") ? "bf16" : "f32"))
                    .grid(Blocks.ceil(s.columns(), COLUMNS_A_BLOCK))
                    .block(JOINING_THREADS)
                    .at(total)
                    .optional(dWeight)
                    .optional(dBias)
                    .at(part)
                    .i32(s.channels)
                    .i32(c.chunks())
                    .i64(s.columns())
                    .run();
            e.giveBack(parts);
        }
        if (dx != null) {
            e.launch(FILE, kernel + "backward_" + types)
                    .grid(c.blocks(s.batch))
                    .block(Blocks.THREADS)
                    .at(dx)
                    .at(dy)
                    .at(x)
                    .at(k.mean)
                    .at(k.second)
                    .optional(k.weight)
                    .optional(k.bias)
                    .optional(through ? total : null)
                    .i64(s.rows)
                    .i32(s.channels)
                    .i32(c.chunks())
                    .i32(c.lanes())
                    .i32(c.wide() ? 1 : 0)
                    .f32(k.eps)
                    .run();
        }
        e.giveBack(totals);
    }
}
