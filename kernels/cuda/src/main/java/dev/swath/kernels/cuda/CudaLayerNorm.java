package dev.swath.kernels.cuda;

import dev.swath.kernels.Execution;
import dev.swath.kernels.LayerNormKernel;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.Storage;
import org.jspecify.annotations.Nullable;

/** {@code layer_norm.cu}: alone, behind a residual sum, behind the gathering of 2x2 patches. */
final class CudaLayerNorm implements LayerNormKernel {
    private static final String FILE = "layer_norm";
    private static final int WARP_COLUMNS = 2048;
    private static final int MOST_IN_REGISTERS = 1024;
    private static final int MOST_WITH_SUMS = 512;
    private static final int COLUMNS_A_BLOCK = 32;
    private static final int JOINING_THREADS = 16 * COLUMNS_A_BLOCK;
    private static final int ROWS_A_THREAD = 16;

    private final String types;
    private final String type;
    private final int unit;

    CudaLayerNorm(String types) {
        this.types = types;
        this.type = Blocks.activations(types);
        this.unit = Blocks.wide(types);
    }

    /** How a row is held: the kernel's part of the name, and threads a row. */
    private record Shape(String name, int threads) {
        long blocks(long rows) {
            return Blocks.ceil(rows * threads, Blocks.THREADS);
        }
    }

    private Shape shape(int columns, boolean aligned) {
        if (!aligned || columns % unit != 0 || columns > MOST_IN_REGISTERS) {
            return columns <= WARP_COLUMNS ? new Shape("warp", 32) : new Shape("block", Blocks.THREADS);
        }
        int units = columns / unit;
        if (units <= 32) {
            int lanes = Math.max(8, Blocks.lanes(units));
            return new Shape("1x" + lanes, lanes);
        }
        return new Shape(Integer.highestOneBit(2 * ((units + 31) / 32) - 1) + "x32", 32);
    }

    private String parameters() {
        return types.equals("bf16") ? "bf16" : "f32";
    }

    @Override
    public void forward(
            Slice y,
            @Nullable Slice mean,
            @Nullable Slice rstd,
            Slice x,
            Slice weight,
            Slice bias,
            double eps,
            int rows,
            int columns,
            Execution on) {
        Shape shape = shape(columns, Blocks.aligned(y, x, weight, bias));
        CudaExecution.of(on)
                .launch(FILE, "layer_norm_forward_" + shape.name + "_" + types)
                .grid(shape.blocks(rows))
                .block(Blocks.THREADS)
                .at(y)
                .optional(rstd == null ? null : mean)
                .optional(mean == null ? null : rstd)
                .at(x)
                .at(weight)
                .at(bias)
                .i64(rows)
                .i32(columns)
                .f32(eps)
                .run();
    }

    /**
     * sum = residual + branch factor, and y = the norm of sum.
     *
     * @param sum (rows, columns), =; may be residual or branch
     * @param factor (samples), one a sample, or null for 1
     * @param each rows of a sample
     */
    void addForward(
            Slice sum,
            Slice y,
            @Nullable Slice mean,
            @Nullable Slice rstd,
            Slice residual,
            Slice branch,
            @Nullable Slice factor,
            Slice weight,
            Slice bias,
            double eps,
            int rows,
            int each,
            int columns,
            Execution on) {
        Shape shape = shape(columns, Blocks.aligned(sum, y, residual, branch, weight, bias));
        CudaExecution.of(on)
                .launch(FILE, "layer_norm_add_" + shape.name + "_" + types)
                .grid(shape.blocks(rows))
                .block(Blocks.THREADS)
                .at(sum)
                .at(y)
                .optional(rstd == null ? null : mean)
                .optional(mean == null ? null : rstd)
                .at(residual)
                .at(branch)
                .optional(factor)
                .at(weight)
                .at(bias)
                .i64(rows)
                .i64(each)
                .i32(columns)
                .f32(eps)
                .run();
    }

    /** y (B, ceil(H/2), ceil(W/2), 4C) = the norm of the 2x2 patches of x (B, H, W, C), in the order of patch merging. */
    void mergeForward(
            Slice y,
            @Nullable Slice mean,
            @Nullable Slice rstd,
            Slice x,
            Slice weight,
            Slice bias,
            double eps,
            int batch,
            int height,
            int width,
            int channels,
            Execution on) {
        Shape shape = shape(4 * channels, Blocks.aligned(y, x, weight, bias) && channels % unit == 0);
        long rows = (long) batch * ((height + 1) / 2) * ((width + 1) / 2);
        CudaExecution.of(on)
                .launch(FILE, "layer_norm_merge_" + shape.name + "_" + types)
                .grid(shape.blocks(rows))
                .block(Blocks.THREADS)
                .at(y)
                .optional(rstd == null ? null : mean)
                .optional(mean == null ? null : rstd)
                .at(x)
                .at(weight)
                .at(bias)
                .i64(rows)
                .i32(height)
                .i32(width)
                .i32(channels)
                .f32(eps)
                .run();
    }

    @Override
    public void backward(
            @Nullable Slice dx,
            @Nullable Slice dWeight,
            @Nullable Slice dBias,
            Slice dy,
            Slice x,
            Slice weight,
            Slice mean,
            Slice rstd,
            int rows,
            int columns,
            Execution on) {
        addBackward(dx, dWeight, dBias, dy, x, weight, mean, rstd, null, rows, columns, on);
    }

    /**
     * The same with another gradient added to dx.
     *
     * @param more (rows, columns), the gradient that comes along the residual; may be dx, or null for none
     */
    void addBackward(
            @Nullable Slice dx,
            @Nullable Slice dWeight,
            @Nullable Slice dBias,
            Slice dy,
            Slice x,
            Slice weight,
            Slice mean,
            Slice rstd,
            @Nullable Slice more,
            int rows,
            int columns,
            Execution on) {
        CudaExecution e = CudaExecution.of(on);
        if (rows == 0 || columns == 0) {
            return;
        }
        boolean aligned = Blocks.aligned(dx, dy, x, weight, more);
        boolean sums = dWeight != null || dBias != null;
        Shape shape = shape(columns, aligned);
        if (sums && columns <= MOST_WITH_SUMS && shape.name.contains("x")) {
            // As many as fit at once: those of one unit a lane have half the registers of the others.
            long resident = shape.name.startsWith("1x") ? 4 : 2;
            long blocks = Math.min(shape.blocks(rows), resident * e.multiprocessors());
            Storage parts = e.borrow(DType.F32, blocks * 2 * columns);
            e.launch(FILE, "layer_norm_backward_" + shape.name + "_" + types)
                    .grid(blocks)
                    .block(Blocks.THREADS)
                    .shared(2 * columns * Float.BYTES)
                    .optional(dx)
                    .at(Slice.of(parts, 0))
                    .at(dy)
                    .at(x)
                    .at(weight)
                    .at(mean)
                    .at(rstd)
                    .optional(more)
                    .i64(rows)
                    .i32(columns)
                    .run();
            finish(dWeight, dBias, parts, columns, blocks, e);
            return;
        }
        if (sums) {
            Blocks.Columns c = Blocks.Columns.of(
                    unit, Blocks.aligned(dy, x), 1, rows, columns, ROWS_A_THREAD, 4L * e.multiprocessors());
            Storage parts = e.borrow(DType.F32, (long) c.chunks() * 2 * columns);
            e.launch(FILE, "layer_norm_columns_" + type)
                    .grid(c.blocks(1))
                    .block(Blocks.THREADS)
                    .at(Slice.of(parts, 0))
                    .at(dy)
                    .at(x)
                    .at(mean)
                    .at(rstd)
                    .i64(rows)
                    .i32(columns)
                    .i32(c.chunks())
                    .i32(c.lanes())
                    .i32(c.wide() ? 1 : 0)
                    .run();
            finish(dWeight, dBias, parts, columns, c.chunks(), e);
        }
        if (dx != null) {
            e.launch(FILE, "layer_norm_backward_x_" + shape.name + "_" + types)
                    .grid(shape.blocks(rows))
                    .block(Blocks.THREADS)
                    .at(dx)
                    .at(dy)
                    .at(x)
                    .at(weight)
                    .at(mean)
                    .at(rstd)
                    .optional(more)
                    .i64(rows)
                    .i32(columns)
                    .run();
        }
    }

    private void finish(
            @Nullable Slice dWeight, @Nullable Slice dBias, Storage parts, int columns, long count, CudaExecution e) {
        e.launch(FILE, "layer_norm_finish_" + parameters())
                .grid(Blocks.ceil(columns, COLUMNS_A_BLOCK))
                .block(JOINING_THREADS)
                .optional(dWeight)
                .optional(dBias)
                .at(Slice.of(parts, 0))
                .i32(columns)
                .i32((int) count)
                .run();
        e.giveBack(parts);
    }
}
