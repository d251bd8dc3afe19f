package dev.swath.kernels.cuda;

import dev.swath.kernels.Execution;
import dev.swath.kernels.ReduceKernel;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.Storage;

/** {@code reduce.cu}; results have the parameters' type. */
final class CudaReduce implements ReduceKernel {
    private static final int WARP = 32;
    private static final int WARP_AXIS = 2048;
    private static final int ROWS_A_THREAD = 8;
    private static final int ELEMENTS_A_BLOCK = 4 * Blocks.THREADS;

    private final String types;
    private final String x;
    private final String y;

    CudaReduce(String types) {
        this.types = types;
        this.x = Blocks.activations(types);
        this.y = types.equals("bf16") ? "bf16" : "f32";
    }

    @Override
    public void forward(Slice y, Slice x, Function f, int outer, int axis, int inner, Execution on) {
        CudaExecution e = CudaExecution.of(on);
        if (outer == 0 || inner == 0) {
            return;
        }
        double divisor = f == Function.MEAN ? axis : 1;
        int chunks = inner == 1
                ? rowChunks(outer, axis, e)
                : columns(this.x, x, outer, axis, inner, e).chunks();
        if (chunks == 1) {
            once(y, x, types, f, outer, axis, inner, 1, divisor, e);
            return;
        }
        // Chunks of the axis to f32 first, then those to y.
        Storage parts = e.borrow(DType.F32, (long) outer * chunks * inner);
        Slice part = Slice.of(parts, 0);
        once(part, x, this.x.equals("f32") ? "f32" : "bf16_f32", f, outer, axis, inner, chunks, 1, e);
        once(y, part, this.y.equals("f32") ? "f32" : "f32_bf16", f, outer, chunks, inner, 1, divisor, e);
        e.giveBack(parts);
    }

    /** More than one where the rows are too few to keep the device busy. */
    private static int rowChunks(int outer, int axis, CudaExecution e) {
        long blocks = 4L * e.multiprocessors();
        if (axis <= WARP_AXIS || outer >= blocks) {
            return 1;
        }
        return (int) Math.max(1, Math.min(Blocks.ceil(axis, 4L * ELEMENTS_A_BLOCK), blocks / outer));
    }

    private static Blocks.Columns columns(String x, Slice from, int outer, int axis, int inner, CudaExecution e) {
        return Blocks.Columns.of(
                Blocks.wide(x), Blocks.aligned(from), outer, axis, inner, ROWS_A_THREAD, 4L * e.multiprocessors());
    }

    private static void once(
            Slice y,
            Slice x,
            String types,
            Function f,
            int outer,
            int axis,
            int inner,
            int chunks,
            double divisor,
            CudaExecution e) {
        String from = types.startsWith("bf16") ? "bf16" : "f32";
        if (inner == 1) {
            boolean wide = Blocks.aligned(x) && (outer == 1 || axis % Blocks.wide(from) == 0);
            boolean block = axis > WARP_AXIS;
            long threads = (long) outer * chunks * (block ? Blocks.THREADS : WARP);
            e.launch("reduce", (block ? "reduce_blocks_" : "reduce_warps_") + types)
                    .grid(Blocks.ceil(threads, Blocks.THREADS))
                    .block(Blocks.THREADS)
                    .at(y)
                    .at(x)
                    .i32(f.ordinal())
                    .i32(wide ? 1 : 0)
                    .i64(outer)
                    .i64(axis)
                    .i32(chunks)
                    .f32(divisor)
                    .run();
        } else {
            Blocks.Columns c = columns(from, x, outer, axis, inner, e);
            e.launch("reduce", "reduce_columns_" + types)
                    .grid((long) outer * chunks * c.tiles())
                    .block(Blocks.THREADS)
                    .at(y)
                    .at(x)
                    .i32(f.ordinal())
                    .i32(c.wide() ? 1 : 0)
                    .i64(axis)
                    .i32(inner)
                    .i32(chunks)
                    .i32(c.lanes())
                    .f32(divisor)
                    .run();
        }
    }

    @Override
    public void backward(
            Slice dx, Slice dy, Slice x, Slice y, Function f, int outer, int axis, int inner, Execution on) {
        CudaExecution e = CudaExecution.of(on);
        long n = (long) outer * axis * inner;
        if (n == 0) {
            return;
        }
        if (f != Function.MAX) {
            int unit = Blocks.wide(types);
            boolean wide = Blocks.aligned(dx) && (inner == 1 ? axis : inner) % unit == 0;
            e.launch("reduce", "reduce_spread_" + types)
                    .cover(n, Blocks.THREADS * (wide ? unit : 1))
                    .block(Blocks.THREADS)
                    .at(dx)
                    .at(dy)
                    .i32(wide ? 1 : 0)
                    .i64(n)
                    .i64(axis)
                    .i32(inner)
                    .f32(f == Function.MEAN ? axis : 1)
                    .run();
        } else if (inner == 1) {
            e.launch("reduce", "reduce_choose_rows_" + types)
                    .grid(Blocks.ceil((long) outer * WARP, Blocks.THREADS))
                    .block(Blocks.THREADS)
                    .at(dx)
                    .at(dy)
                    .at(x)
                    .at(y)
                    .i64(outer)
                    .i32(axis)
                    .run();
        } else {
            e.launch("reduce", "reduce_choose_columns_" + types)
                    .cover((long) outer * inner, Blocks.THREADS)
                    .block(Blocks.THREADS)
                    .at(dx)
                    .at(dy)
                    .at(x)
                    .at(y)
                    .i64(outer)
                    .i32(axis)
                    .i32(inner)
                    .run();
        }
    }
}
