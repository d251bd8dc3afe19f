package dev.swath.kernels.cuda;

import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import dev.swath.kernels.WindowAttentionKernel.Geometry;
import dev.swath.tensor.DType;
import dev.swath.tensor.Storage;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code window_attention_tiles.cu}: windows of at most 8 by 8 cells, heads of 32 channels, bf16, on tensor cores. */
final class WindowAttentionTiles {
    private static final String FILE = "window_attention_tiles";
    private static final int LARGEST = 8;
    private static final int SIZE = 32;
    private static final int THREADS = 128;

    // As the source has them: cells, bytes of a plane, floats of a head's bias and of a block's part.
    private static final int CELLS = 64;
    private static final int PLANE = CELLS * 64;
    private static final int BIAS = CELLS * 72;
    private static final int PART = 320;

    private static final int CELLS_KNOWN = 2 * CELLS * Integer.BYTES;
    private static final int FORWARD_SHARED = BIAS * Float.BYTES + 3 * PLANE + CELLS_KNOWN;
    private static final int BACKWARD_SHARED =
            BIAS * Float.BYTES + 4 * PLANE + 2 * CELLS * 144 + 4 * 64 * Float.BYTES + CELLS_KNOWN;

    /** How many blocks a multiprocessor has room for. */
    private static final int FORWARD_BLOCKS = 6;

    private static final int BACKWARD_BLOCKS = 3;

    private final Types types;

    WindowAttentionTiles(Types types) {
        this.types = types;
    }

    /** Whether these kernels can be used; {@code slices} are all operands but parameters and sums. */
    boolean takes(Geometry g, List<Slice> slices) {
        return types.isBf16()
                && g.window() <= LARGEST
                && g.channels() == SIZE * g.heads()
                && g.heads() <= 65535
                && Types.aligned(slices);
    }

    void forward(Slice y, @Nullable Slice logSum, Slice qkv, Slice qkvBias, Slice table, Geometry g, Execution on) {
        CudaExecution cuda = CudaExecution.of(on);
        Parameters p = new Parameters(qkvBias, table, g, cuda);
        cuda.launch(FILE, "window_attention_tiles_forward")
                .grid(g.heads(), workers(g, FORWARD_BLOCKS, cuda), 1)
                .block(THREADS)
                .shared(FORWARD_SHARED)
                .at(y)
                .optional(logSum)
                .at(qkv)
                .at(p.bias())
                .at(p.matrix())
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
        int workers = workers(g, BACKWARD_BLOCKS, cuda);
        int span = 2 * g.window() - 1;
        Parameters p = new Parameters(qkvBias, table, g, cuda);
        Storage parts = cuda.borrow(DType.F32, (long) workers * g.heads() * PART);
        cuda.launch(FILE, "window_attention_tiles_backward")
                .grid(g.heads(), workers, 1)
                .block(THREADS)
                .shared(BACKWARD_SHARED)
                .at(dQkv)
                .at(Slice.of(parts, 0))
                .at(dy)
                .at(y)
                .at(logSum)
                .at(qkv)
                .at(p.bias())
                .at(p.matrix())
                .bytes(windows(g))
                .run();
        cuda.launch(FILE, "window_attention_tiles_sums_" + types.parameters())
                .grid(dTable == null && dQkvBias == null ? 0 : Math.ceilDiv(PART, THREADS), g.heads(), 1)
                .block(THREADS)
                .optional(dTable)
                .optional(dQkvBias)
                .at(Slice.of(parts, 0))
                .i32(span * span)
                .i32(g.heads())
                .i32(workers)
                .run();
        cuda.giveBack(parts);
        p.giveBack();
    }

    private static int workers(Geometry g, int blocks, CudaExecution cuda) {
        return CudaWindowAttention.workers(g.batch() * g.windows(), g.heads(), blocks * cuda.multiprocessors());
    }

    /** The structure SmallWindows. */
    private static MemorySegment windows(Geometry g) {
        double scale = 1 / Math.sqrt(SIZE);
        return new Structure(44)
                .i32(g.batch(), g.height(), g.width(), g.heads(), g.window(), g.shift(), g.down(), g.across())
                .f32(scale / Math.log(2), Geometry.MASKED / scale, scale)
                .end();
    }

    /** The bias of all pairs of cells, and the projection's, as the kernels want them. */
    private final class Parameters {
        private final CudaExecution cuda;
        private final Storage matrix;
        private final Storage bias;

        Parameters(Slice fromBias, Slice fromTable, Geometry g, CudaExecution cuda) {
            this.cuda = cuda;
            int width = 3 * g.channels();
            matrix = cuda.borrow(DType.F32, (long) BIAS * g.heads());
            bias = cuda.borrow(DType.BF16, width);
            cuda.launch(FILE, "window_attention_tiles_parameters_" + types.parameters())
                    .grid(Math.ceilDiv(BIAS * g.heads() + width, 256))
                    .block(256)
                    .at(matrix())
                    .at(bias())
                    .at(fromTable)
                    .at(fromBias)
                    .i32(g.window())
                    .i32(g.heads())
                    .i32(width)
                    .f32(1 / Math.sqrt(SIZE))
                    .run();
        }

        Slice matrix() {
            return Slice.of(matrix, 0);
        }

        Slice bias() {
            return Slice.of(bias, 0);
        }

        void giveBack() {
            cuda.giveBack(bias);
            cuda.giveBack(matrix);
        }
    }
}
