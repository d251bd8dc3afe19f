package dev.swath.kernels.cuda;

import dev.swath.kernels.AttentionKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code attention.cu}, which takes any shape; the shapes that {@link AttentionTiles} takes are left to it. */
final class CudaAttention implements AttentionKernel {
    private static final String FILE = "attention";
    private static final int TILE = 32;
    private static final int THREADS = 128;

    /** Above this a block's scores are kept in global memory. */
    private static final int SHARED_AT_MOST = 96 << 10;

    private static final int BLOCKS_EACH = 4;

    private final Types types;
    private final AttentionTiles tiles;

    /** For the types of that suffix; there are no parameters. */
    CudaAttention(String suffix) {
        types = Types.of(suffix);
        tiles = new AttentionTiles(types);
    }

    @Override
    public void forward(
            Slice y,
            @Nullable Slice probabilities,
            Slice q,
            long rowQ,
            Slice k,
            long rowK,
            Slice v,
            long rowV,
            Slice mask,
            @Nullable Slice dropout,
            Geometry g,
            Execution on) {
        if (isEmpty(g)) {
            return;
        }
        if (tiles.takes(g, List.of(y, q, k, v), rowQ, rowK, rowV)) {
            AttentionTiles.Rows rows = new AttentionTiles.Rows(rowQ, rowK, rowV);
            tiles.forward(y, probabilities, q, k, v, mask, dropout, rows, g, on);
            return;
        }
        CudaExecution cuda = CudaExecution.of(on);
        Shape s = new Shape(g);
        Storage scratch = s.scratch(cuda);
        cuda.launch(FILE, "attention_forward_" + types.x() + s.suffix())
                .grid(s.blocks)
                .block(THREADS)
                .shared(s.shared())
                .at(y)
                .optional(probabilities)
                .at(q)
                .at(k)
                .at(v)
                .at(mask)
                .optional(dropout)
                .optional(slice(scratch))
                .bytes(s.heads(rowQ, rowK, rowV))
                .run();
        giveBack(scratch, cuda);
    }

    @Override
    public void backward(
            Slice dq,
            Slice dk,
            Slice dv,
            Slice dy,
            Slice probabilities,
            Slice q,
            long rowQ,
            Slice k,
            long rowK,
            Slice v,
            long rowV,
            @Nullable Slice dropout,
            Geometry g,
            Execution on) {
        if (g.batch() == 0 || g.channels() == 0) {
            return;
        }
        if (g.queries() > 0 && tiles.takes(g, List.of(dq, dy, q, k, v), rowQ, rowK, rowV)) {
            AttentionTiles.Rows rows = new AttentionTiles.Rows(rowQ, rowK, rowV);
            tiles.backward(dq, dk, dv, dy, probabilities, q, k, v, dropout, rows, g, on);
            return;
        }
        CudaExecution cuda = CudaExecution.of(on);
        Shape s = new Shape(g);
        MemorySegment heads = s.heads(rowQ, rowK, rowV);
        Storage slopes = cuda.borrow(DType.F32, Math.max(1, (long) g.batch() * g.heads() * g.queries() * g.keys()));
        Storage scratch = s.scratch(cuda);
        cuda.launch(FILE, "attention_backward_queries_" + types.x() + s.suffix())
                .grid(s.blocks)
                .block(THREADS)
                .shared(s.shared())
                .at(dq)
                .at(Slice.of(slopes, 0))
                .at(dy)
                .at(probabilities)
                .at(k)
                .at(v)
                .optional(dropout)
                .optional(slice(scratch))
                .bytes(heads)
                .run();
        giveBack(scratch, cuda);
        long keyBlocks = (long) Math.ceilDiv(g.keys(), TILE) * g.heads() * g.batch();
        int pieces = Math.ceilDiv(s.size, s.piece);
        int chunks = keyBlocks == 0
                ? 1
                : Math.clamp(
                        Math.ceilDiv(BLOCKS_EACH * (long) cuda.multiprocessors(), keyBlocks * pieces),
                        1,
                        Math.max(1, Math.ceilDiv(g.queries(), TILE)));
        long n = (long) g.batch() * g.keys() * g.channels();
        Storage part = chunks == 1 ? null : cuda.borrow(DType.F32, 2 * chunks * n);
        cuda.launch(FILE, "attention_backward_keys_" + types.x() + s.suffix())
                .grid(keyBlocks, chunks, pieces)
                .block(THREADS)
                .shared((2 * TILE * (s.piece + 4) + 2 * TILE * (TILE + 4)) * Float.BYTES)
                .at(dk)
                .at(dv)
                .optional(slice(part))
                .at(Slice.of(slopes, 0))
                .at(dy)
                .at(probabilities)
                .at(q)
                .optional(dropout)
                .bytes(heads)
                .run();
        if (part != null) {
            sums(dk, dv, part, chunks, n, types, cuda);
        }
        giveBack(part, cuda);
        giveBack(slopes, cuda);
    }

    /** dk and dv, of n elements each, from the parts of that many chunks. */
    static void sums(Slice dk, Slice dv, Storage part, int chunks, long n, Types types, CudaExecution cuda) {
        cuda.launch(FILE, "attention_sums_" + types.x())
                .grid(Math.ceilDiv(n, 256))
                .block(256)
                .at(dk)
                .at(dv)
                .at(Slice.of(part, 0))
                .i32(chunks)
                .i64(n)
                .run();
    }

    private static boolean isEmpty(Geometry g) {
        return g.batch() == 0 || g.queries() == 0 || g.channels() == 0;
    }

    private static @Nullable Slice slice(@Nullable Storage storage) {
        return storage == null ? null : Slice.of(storage, 0);
    }

    private static void giveBack(@Nullable Storage storage, CudaExecution cuda) {
        if (storage != null) {
            cuda.giveBack(storage);
        }
    }

    /** What the kernels are told of a geometry. */
    private static final class Shape {
        final Geometry g;
        final int size;
        final int piece;
        final long blocks;
        private final int products;
        private final boolean kept;

        Shape(Geometry g) {
            this.g = g;
            size = g.channels() / g.heads();
            piece = size <= 32 ? 32 : size <= 64 ? 64 : 128;
            blocks = (long) Math.ceilDiv(g.queries(), TILE) * g.heads() * g.batch();
            int columns = Math.ceilDiv(g.keys(), TILE) * TILE;
            products = TILE * columns;
            kept = tiles() + (long) products * Float.BYTES <= SHARED_AT_MOST;
        }

        private int tiles() {
            return 2 * TILE * (piece + 4) * Float.BYTES;
        }

        int shared() {
            return kept ? tiles() + products * Float.BYTES : tiles();
        }

        /** Memory for the scores of all blocks, or null where they have room in shared memory. */
        @Nullable
        Storage scratch(CudaExecution cuda) {
            return kept || blocks == 0 ? null : cuda.borrow(DType.F32, blocks * products);
        }

        String suffix() {
            return "_" + piece;
        }

        /** The structure Heads. */
        MemorySegment heads(long rowQ, long rowK, long rowV) {
            MemorySegment s = MemorySegment.ofArray(new byte[48]);
            s.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, rowQ);
            s.set(ValueLayout.JAVA_LONG_UNALIGNED, 8, rowK);
            s.set(ValueLayout.JAVA_LONG_UNALIGNED, 16, rowV);
            int[] sizes = {g.batch(), g.queries(), g.keys(), g.heads(), size};
            MemorySegment.copy(MemorySegment.ofArray(sizes), 0, s, 24, 20);
            s.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 44, (float) g.scale());
            return s;
        }
    }
}
