package dev.swath.kernels.cuda;

import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import dev.swath.kernels.WindowAttentionKernel.Geometry;
import dev.swath.tensor.DType;
import dev.swath.tensor.Storage;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code window_attention_12.cu}: windows of 12 by 12 cells, heads of 32 channels, bf16, on tensor cores. */
final class WindowAttention12 {
    private static final String FILE = "window_attention_12";
    private static final int WINDOW = 12;
    private static final int CELLS = WINDOW * WINDOW;
    private static final int SIZE = 32;

    // As the source has them: bytes of a plane, floats of a head's table, bytes of a row of P, floats of a block's
    // part.
    private static final int PLANE = CELLS * 64 + 64;
    private static final int TABLE = 1120;
    private static final int PROBABILITY_ROW = 304;
    private static final int PART = 608;

    private static final int BACKWARD_SHARED =
            TABLE * Float.BYTES + 4 * PLANE + CELLS * PROBABILITY_ROW + 9 * 64 * Float.BYTES;

    private final Types types;

    WindowAttention12(Types types) {
        this.types = types;
    }

    /** Whether these kernels can be used; {@code slices} are all operands but parameters and sums. */
    boolean takes(Geometry g, List<Slice> slices) {
        return types.isBf16()
                && g.window() == WINDOW
                && g.channels() == SIZE * g.heads()
                && (g.shift() == 0 || g.shift() == WINDOW / 2)
                && Types.aligned(slices);
    }

    /** How the forward kernel spreads the work. */
    private enum Variant {
        /** 16 rows a warp, all keys at once. */
        WHOLE,
        /** 16 rows a warp, 48 keys at a time, in fewer registers: a third block on a multiprocessor. */
        STEPS,
        /** 48 rows a warp, two heads a block, which walks over windows and loads the next one meanwhile. */
        PIPELINED;

        /**
         * The fastest on an H200 on 2026-11-26: for many windows the pipelined one; else by the rounds of blocks, of which one
         * takes 6.7 us with all keys at once and 9.5 us in steps.
         */
        static Variant of(Geometry g, int multiprocessors) {
            long units = (long) g.batch() * g.windows() * g.heads();
            if (g.heads() % 2 == 0 && units >= 10L * multiprocessors) {
                return PIPELINED;
            }
            double whole = 6.7 * Math.ceilDiv(units, 2 * multiprocessors);
            double steps = 9.5 * Math.ceilDiv(units, 3 * multiprocessors);
            return whole <= steps ? WHOLE : STEPS;
        }
    }

    void forward(Slice y, @Nullable Slice logSum, Slice qkv, Slice qkvBias, Slice table, Geometry g, Execution on) {
        CudaExecution cuda = CudaExecution.of(on);
        Variant variant = Variant.of(g, cuda.multiprocessors());
        boolean two = variant == Variant.PIPELINED;
        int windows = g.batch() * g.windows();
        int heads = two ? 2 : 1;
        int workers =
                two ? CudaWindowAttention.workers(windows, g.heads() / heads, 2 * cuda.multiprocessors()) : windows;
        Parameters p = new Parameters(qkvBias, table, g, cuda);
        cuda.launch(FILE, "window_attention_12_forward_" + variant.name().toLowerCase(Locale.ROOT))
                .grid((long) workers * (g.heads() / heads))
                .block(two ? 192 : 288)
                .shared(heads * (TABLE * Float.BYTES + (two ? 5 : 2) * PLANE))
                .at(y)
                .optional(logSum)
                .at(qkv)
                .at(p.bias())
                .at(p.table())
                .bytes(windows(g))
                .run();
        p.giveBack();
    }

    void backward(
            Slice dQkv,
            @Nullable Slice dQkvBias,
            @Nullable Slice dTable,
            Slice dy,
            Slice y,
            Slice logSum,
            Slice qkv,
            Slice qkvBias,
            Slice table,
            Geometry g,
            Execution on) {
        CudaExecution cuda = CudaExecution.of(on);
        int workers = CudaWindowAttention.workers(g.batch() * g.windows(), g.heads(), 2 * cuda.multiprocessors());
        Parameters p = new Parameters(qkvBias, table, g, cuda);
        Storage parts = cuda.borrow(DType.F32, (long) workers * g.heads() * PART);
        cuda.launch(FILE, "window_attention_12_backward")
                .grid((long) workers * g.heads())
                .block(288)
                .shared(BACKWARD_SHARED)
                .at(dQkv)
                .at(Slice.of(parts, 0))
                .at(dy)
                .at(y)
                .at(logSum)
                .at(qkv)
                .at(p.bias())
                .at(p.table())
                .bytes(windows(g))
                .run();
        cuda.launch(FILE, "window_attention_12_sums_" + types.parameters())
                .grid(dTable == null && dQkvBias == null ? 0 : 3, g.heads(), 1)
                .block(256)
                .optional(dTable)
                .optional(dQkvBias)
                .at(Slice.of(parts, 0))
                .i32(g.heads())
                .i32(workers)
                .run();
        cuda.giveBack(parts);
        p.giveBack();
    }

    /** The structure Windows12. */
    private static MemorySegment windows(Geometry g) {
        double scale = 1 / Math.sqrt(SIZE);
        return new Structure(44)
                .i32(
                        g.batch(),
                        g.height(),
                        g.width(),
                        g.heads(),
                        g.shift(),
                        g.down(),
                        g.across(),
                        g.batch() * g.windows())
                .f32(scale / Math.log(2), Geometry.MASKED / scale, scale)
                .end();
    }

    /** Table and bias as the kernels want them. */
    private final class Parameters {
        private final CudaExecution cuda;
        private final Storage table;
        private final Storage bias;

        Parameters(Slice fromBias, Slice fromTable, Geometry g, CudaExecution cuda) {
            this.cuda = cuda;
            int width = 3 * g.channels();
            table = cuda.borrow(DType.F32, (long) TABLE * g.heads());
            bias = cuda.borrow(DType.BF16, width);
            cuda.launch(FILE, "window_attention_12_parameters_" + types.parameters())
                    .grid(Math.ceilDiv(TABLE * g.heads() + width, 256))
                    .block(256)
                    .at(table())
                    .at(bias())
                    .at(fromTable)
                    .at(fromBias)
                    .i32(g.heads())
                    .i32(width)
                    .f32(1 / Math.sqrt(SIZE))
                    .run();
        }

        Slice table() {
            return Slice.of(table, 0);
        }

        Slice bias() {
            return Slice.of(bias, 0);
        }

        void giveBack() {
            cuda.giveBack(bias);
            cuda.giveBack(table);
        }
    }
}
