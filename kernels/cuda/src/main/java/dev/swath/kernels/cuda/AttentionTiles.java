package dev.swath.kernels.cuda;

import dev.swath.kernels.AttentionKernel.Geometry;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code attention_tiles.cu}: at most 32 keys, bf16, on tensor cores. */
final class AttentionTiles {
    private static final String FILE = "attention_tiles";
    private static final int MOST_KEYS = 32;

    /** Queries of a tile. */
    private static final int TILE = 16;

    /** Channels of a warp at most, and how many warps may share a head. */
    private static final int WARP_CHANNELS = 128;

    private static final int MOST_WARPS = 8;

    /** With wider heads the keys are read from the caches. */
    private static final int SHARED_KEYS = 256;

    private final Types types;

    AttentionTiles(Types types) {
        this.types = types;
    }

    /** Whether these kernels can be used: operands and strides of their rows, in elements, are multiples of 16 bytes. */
    boolean takes(Geometry g, List<Slice> slices, long... rows) {
        if (!types.isBf16() || g.keys() == 0 || g.keys() > MOST_KEYS || split(g) == 0) {
            return false;
        }
        for (long row : rows) {
            if (row % 8 != 0) {
                return false;
            }
        }
        return (long) g.batch() * g.heads() <= 65535 && Types.aligned(slices);
    }

    /** Over how many warps a head's channels are split, or 0 if they cannot be. */
    private static int split(Geometry g) {
        int size = g.channels() / g.heads();
        for (int split = 1; split <= MOST_WARPS; split++) {
            if (size % (32 * split) == 0 && size / split <= WARP_CHANNELS) {
                return split;
            }
        }
        return 0;
    }

    void forward(
            Slice y,
            @Nullable Slice probabilities,
            Slice q,
            Slice k,
            Slice v,
            Slice mask,
            @Nullable Slice dropout,
            Rows rows,
            Geometry g,
            Execution on) {
        CudaExecution cuda = CudaExecution.of(on);
        Shape s = new Shape(g, cuda);
        cuda.launch(FILE, "attention_tiles_forward_" + s.keys + "_" + s.warpChannels)
                .grid(s.blocks, s.units, 1)
                .block(32 * s.warps)
                .shared(s.shared())
                .at(y)
                .optional(probabilities)
                .at(q)
                .at(k)
                .at(v)
                .at(mask)
                .optional(dropout)
                .bytes(s.tiles(rows))
                .run();
    }

    void backward(
            Slice dq,
            Slice dk,
            Slice dv,
            Slice dy,
            Slice probabilities,
            Slice q,
            Slice k,
            Slice v,
            @Nullable Slice dropout,
            Rows rows,
            Geometry g,
            Execution on) {
        CudaExecution cuda = CudaExecution.of(on);
        Shape s = new Shape(g, cuda);
        MemorySegment tiles = s.tiles(rows);
        Storage slopes = cuda.borrow(DType.BF16, (long) s.units * g.queries() * 2 * s.keys);
        cuda.launch(FILE, "attention_tiles_backward_queries_" + s.keys + "_" + s.warpChannels)
                .grid(s.blocks, s.units, 1)
                .block(32 * s.warps)
                .shared(s.shared())
                .at(dq)
                .at(Slice.of(slopes, 0))
                .at(dy)
                .at(probabilities)
                .at(k)
                .at(v)
                .optional(dropout)
                .bytes(tiles)
                .run();
        int pieces = Math.ceilDiv(s.size, 64);
        int chunks =
                Math.clamp(Math.ceilDiv(2 * cuda.multiprocessors(), pieces * s.units), 1, Math.ceilDiv(s.count, 4));
        long n = (long) g.batch() * g.keys() * g.channels();
        Storage part = cuda.borrow(DType.F32, 2 * chunks * n);
        cuda.launch(FILE, "attention_tiles_backward_keys_" + s.keys)
                .grid(pieces, chunks, s.units)
                .block(128)
                .shared(s.sharedForKeys())
                .at(Slice.of(part, 0))
                .at(Slice.of(slopes, 0))
                .at(dy)
                .at(q)
                .bytes(tiles)
                .run();
        CudaAttention.sums(dk, dv, part, chunks, n, types, cuda);
        cuda.giveBack(part);
        cuda.giveBack(slopes);
    }

    /** Strides of the rows of q, k and v, in elements. */
    record Rows(long q, long k, long v) {}

    /** How the kernels spread a geometry. */
    private static final class Shape {
        final Geometry g;
        final int size;
        final int split;
        final int warpChannels;
        final int keys;
        final int count;
        final int units;
        final int warps;
        final int blocks;

        Shape(Geometry g, CudaExecution cuda) {
            this.g = g;
            size = g.channels() / g.heads();
            split = split(g);
            warpChannels = size / split;
            keys = g.keys() <= 24 ? 24 : MOST_KEYS;
            count = Math.ceilDiv(g.queries(), TILE);
            units = g.batch() * g.heads();
            int atOnce = Math.clamp(count, 1, MOST_WARPS / split);
            warps = split * atOnce;
            // All blocks at once, each with as many tiles as the others.
            int resident = 2 * (MOST_WARPS / warps) * cuda.multiprocessors();
            int steps = Math.ceilDiv(count, atOnce);
            int most = Math.clamp(Math.ceilDiv(resident, units), 1, steps);
            blocks = Math.ceilDiv(steps, Math.ceilDiv(steps, most));
        }

        boolean keysInShared() {
            return size <= SHARED_KEYS;
        }

        int shared() {
            return MOST_KEYS * (2 * size + 16)
                    + (split > 1 ? warps * keys * 64 : 0)
                    + (keysInShared() ? keys * (2 * size + 64) : 0);
        }

        /** Three stages of four warps, or, later, the sums. */
        int sharedForKeys() {
            return Math.max(4 * 3 * (2 * TILE * 144 + 2 * TILE * (2 * keys + 16)), 2 * keys * 66 * Float.BYTES);
        }

        /** The structure HeadTiles. */
        MemorySegment tiles(Rows rows) {
            MemorySegment s = MemorySegment.ofArray(new byte[56]);
            s.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, rows.q());
            s.set(ValueLayout.JAVA_LONG_UNALIGNED, 8, rows.k());
            s.set(ValueLayout.JAVA_LONG_UNALIGNED, 16, rows.v());
            int[] sizes = {g.batch(), g.queries(), g.keys(), g.heads(), size, split, keysInShared() ? 1 : 0};
            MemorySegment.copy(MemorySegment.ofArray(sizes), 0, s, 24, 28);
            s.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 52, (float) g.scale());
            return s;
        }
    }
}
