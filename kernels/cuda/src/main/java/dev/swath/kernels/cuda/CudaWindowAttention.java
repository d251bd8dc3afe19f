package dev.swath.kernels.cuda;

import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import dev.swath.kernels.WindowAttentionKernel;
import dev.swath.tensor.DType;
import dev.swath.tensor.Storage;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code window_attention.cu}, which takes any shape; what {@link WindowAttention12} and {@link
 * WindowAttentionTiles} take is left to them.
 */
final class CudaWindowAttention implements WindowAttentionKernel {
    private static final String FILE = "window_attention";
    private static final int TILE = 32;
    private static final int WARPS = 4;
    private static final int THREADS = 32 * WARPS;

    /** Weights of a warp's 8 rows and 32 columns, for each warp. */
    private static final int WEIGHTS = WARPS * 8 * TILE;

    /** Above this a block's sums for the table stay in global memory. */
    private static final int SHARED_AT_MOST = 96 << 10;

    private static final int BLOCKS_EACH = 6;

    private final Types types;
    private final WindowAttention12 twelve;
    private final WindowAttentionTiles small;

    /** For the types of that suffix. */
    CudaWindowAttention(String suffix) {
        types = Types.of(suffix);
        twelve = new WindowAttention12(types);
        small = new WindowAttentionTiles(types);
    }

    @Override
    public void forward(
            Slice y, @Nullable Slice logSum, Slice qkv, Slice qkvBias, Slice table, Geometry g, Execution on) {
        if (isEmpty(g)) {
            return;
        }
        if (twelve.takes(g, List.of(y, qkv))) {
            twelve.forward(y, logSum, qkv, qkvBias, table, g, on);
            return;
        }
        if (small.takes(g, List.of(y, qkv))) {
            small.forward(y, logSum, qkv, qkvBias, table, g, on);
            return;
        }
        CudaExecution cuda = CudaExecution.of(on);
        Shape s = new Shape(g);
        Storage parameters = parameters(qkvBias, table, s, cuda);
        cuda.launch(FILE, "window_attention_forward_" + types.x() + s.suffix())
                .grid((long) s.tiles * g.heads() * g.batch() * g.windows(), 1, s.pieces)
                .block(THREADS)
                .shared((3 * TILE * s.row + WEIGHTS) * Float.BYTES)
                .at(y)
                .optional(logSum)
                .at(qkv)
                .at(bias(parameters, s))
                .at(Slice.of(parameters, 0))
                .bytes(s.grid())
                .f32(s.scale)
                .run();
        cuda.giveBack(parameters);
    }

    @Override
    public void backward(
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
        if (isEmpty(g)) {
            return;
        }
        if (twelve.takes(g, List.of(dQkv, dy, y, qkv))) {
            twelve.backward(dQkv, dQkvBias, dTable, dy, y, logSum, qkv, qkvBias, table, g, on);
            return;
        }
        if (small.takes(g, List.of(dQkv, dy, y, qkv))) {
            small.backward(dQkv, dQkvBias, dTable, dy, y, logSum, qkv, qkvBias, table, g, on);
            return;
        }
        CudaExecution cuda = CudaExecution.of(on);
        Shape s = new Shape(g);
        Storage parameters = parameters(qkvBias, table, s, cuda);
        int n = g.batch() * g.height() * g.width() * g.heads();
        Storage dots = cuda.borrow(DType.F32, n);
        cuda.launch(FILE, "window_attention_dots_" + types.x())
                .grid(Math.ceilDiv(n, WARPS))
                .block(THREADS)
                .at(Slice.of(dots, 0))
                .at(dy)
                .at(y)
                .i32(n)
                .i32(s.size)
                .run();

        int windows = g.batch() * g.windows();
        int workers = workers(windows, g.heads() * s.tiles * s.pieces, BLOCKS_EACH * cuda.multiprocessors());
        int shared = (4 * TILE * s.row + WEIGHTS) * Float.BYTES;
        int own = WARPS * s.bins * Float.BYTES;
        boolean binsInShared = shared + own <= SHARED_AT_MOST;
        int parts = workers * s.tiles * (binsInShared ? 1 : WARPS);
        Storage tables = dTable == null ? null : cuda.borrow(DType.F32, (long) parts * g.heads() * s.bins);
        Slice ofRows = Slice.of(dots, 0);
        cuda.launch(FILE, "window_attention_backward_rows_" + types.x() + s.suffix())
                .grid((long) s.tiles * g.heads(), workers, s.pieces)
                .block(THREADS)
                .shared(binsInShared && tables != null ? shared + own : shared)
                .at(dQkv)
                .optional(slice(tables))
                .at(dy)
                .at(ofRows)
                .at(logSum)
                .at(qkv)
                .at(bias(parameters, s))
                .at(Slice.of(parameters, 0))
                .bytes(s.grid())
                .f32(s.scale)
                .i32(binsInShared ? 1 : 0)
                .run();
        int paddings = workers * s.tiles;
        Storage padding = dQkvBias == null ? null : cuda.borrow(DType.F32, (long) paddings * g.heads() * 2 * s.size);
        cuda.launch(FILE, "window_attention_backward_columns_" + types.x() + s.suffix())
                .grid((long) s.tiles * g.heads(), workers, s.pieces)
                .block(THREADS)
                .shared((4 * TILE * s.row + 2 * WEIGHTS) * Float.BYTES)
                .at(dQkv)
                .optional(slice(padding))
                .at(dy)
                .at(ofRows)
                .at(logSum)
                .at(qkv)
                .at(bias(parameters, s))
                .at(Slice.of(parameters, 0))
                .bytes(s.grid())
                .f32(s.scale)
                .run();
        cuda.launch(FILE, "window_attention_sums_" + types.parameters())
                .grid(tables == null && padding == null ? 0 : Math.ceilDiv(g.heads() * (s.bins + 2 * s.size), 256))
                .block(256)
                .optional(dTable)
                .optional(dQkvBias)
                .optional(slice(tables))
                .i32(parts)
                .optional(slice(padding))
                .i32(paddings)
                .i32(g.heads())
                .i32(s.size)
                .i32(s.bins)
                .run();
        if (padding != null) {
            cuda.giveBack(padding);
        }
        if (tables != null) {
            cuda.giveBack(tables);
        }
        cuda.giveBack(dots);
        cuda.giveBack(parameters);
    }

    private static boolean isEmpty(Geometry g) {
        return g.batch() == 0 || g.height() == 0 || g.width() == 0 || g.channels() == 0;
    }

    /** Over how many workers to spread the windows so that about {@code wanted} blocks run, all with as many windows. */
    static int workers(int windows, int blocksOfOne, int wanted) {
        int most = Math.clamp(Math.ceilDiv(wanted, blocksOfOne), 1, Math.min(windows, 65535));
        return Math.ceilDiv(windows, Math.ceilDiv(windows, most));
    }

    private static @Nullable Slice slice(@Nullable Storage storage) {
        return storage == null ? null : Slice.of(storage, 0);
    }

    /** The table by head and the bias, in f32. */
    private Storage parameters(Slice qkvBias, Slice table, Shape s, CudaExecution cuda) {
        int width = 3 * s.g.channels();
        int n = s.bins * s.g.heads() + width;
        Storage parameters = cuda.borrow(DType.F32, n);
        cuda.launch(FILE, "window_attention_parameters_" + types.parameters())
                .grid(Math.ceilDiv(n, 256))
                .block(256)
                .at(Slice.of(parameters, 0))
                .at(bias(parameters, s))
                .at(table)
                .at(qkvBias)
                .i32(s.bins)
                .i32(s.g.heads())
                .i32(width)
                .run();
        return parameters;
    }

    private static Slice bias(Storage parameters, Shape s) {
        return Slice.of(parameters, (long) s.bins * s.g.heads());
    }

    /** What the kernels are told of a geometry. */
    private static final class Shape {
        final Geometry g;
        final int size;
        final int bins;
        final int tiles;
        final int pieces;
        final int row;
        final double scale;
        private final boolean small;

        Shape(Geometry g) {
            this.g = g;
            size = g.channels() / g.heads();
            int span = 2 * g.window() - 1;
            bins = span * span;
            tiles = Math.ceilDiv(g.cells(), TILE);
            small = size <= 32;
            int piece = small ? 32 : 128;
            pieces = Math.ceilDiv(size, piece);
            row = piece + 4;
            scale = 1 / Math.sqrt(size);
        }

        String suffix() {
            return small ? "_32" : "_128";
        }

        /** The structure Windows. */
        MemorySegment grid() {
            return MemorySegment.ofArray(new int[] {
                g.batch(), g.height(), g.width(), g.heads(), size, g.window(), g.shift(), g.down(), g.across(), bins
            });
        }
    }
}
