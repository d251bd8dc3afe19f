package dev.swath.kernels.cuda;

import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * {@code word_chain.cu}: pixels looking at a few words with an instance norm before and after, forward. One head: norm(softmax(scale
 * norm(q) k^T + 1e4 mask - 1e4) u), where u are the words' values, through the output projection where there is one.
 */
final class WordChain {
    private static final String FILE = "word_chain";

    /** The most words it takes. */
    static final int MOST_WORDS = 32;

    private static final int TILE = 32;
    private static final int ROW = 132;
    private static final int MOMENTS = 1 + MOST_WORDS + MOST_WORDS * MOST_WORDS;
    private static final int BLOCKS_EACH = 4;

    /** Pixels of which one block takes the moments, at least. */
    private static final int CHUNK = 64;

    private final Types types;

    /** For activations of that type. */
    WordChain(Types types) {
        this.types = types;
    }

    /**
     * Sizes.
     *
     * @param batch B
     * @param pixels T
     * @param words N, at most {@link #MOST_WORDS}
     * @param channels C
     * @param scale multiplied to every product of a pixel and a word
     * @param eps added to both norms' variances
     */
    record Geometry(int batch, int pixels, int words, int channels, double scale, double eps) {}

    /**
     * The output, or what is wanted of it.
     *
     * @param y (B, T, C), or null
     * @param meanAndMaximum (B, T, 2), of y over its channels, or null
     * @param q (B, T, C), not normalised
     * @param k (B, N, C)
     * @param u (B, N, C)
     * @param mask (B, N), 1 for a visible word
     */
    void forward(
            @Nullable Slice y,
            @Nullable Slice meanAndMaximum,
            Slice q,
            Slice k,
            Slice u,
            Slice mask,
            Geometry g,
            Execution on) {
        if (g.batch() == 0 || g.pixels() == 0 || g.channels() == 0) {
            return;
        }
        if (g.words() < 1 || g.words() > MOST_WORDS) {
            throw new IllegalArgumentException(
                    "[cuda] pixels look at 1 to " + MOST_WORDS + " words here; got " + g.words());
        }
        CudaExecution cuda = CudaExecution.of(on);
        MemorySegment sizes = sizes(g);
        int wanted = BLOCKS_EACH * cuda.multiprocessors();
        int groups = Math.ceilDiv(g.channels(), 32);
        long keys = (long) g.batch() * g.words() * g.channels();

        int chunks = Math.clamp(Math.ceilDiv(wanted, groups * g.batch()), 1, Math.ceilDiv(g.pixels(), CHUNK));
        Storage sums = cuda.borrow(DType.F32, 2L * g.batch() * chunks * g.channels());
        cuda.launch(FILE, "word_chain_moments_" + types.x())
                .grid(groups, chunks, g.batch())
                .block(256)
                .at(Slice.of(sums, 0))
                .at(q)
                .bytes(sizes)
                .run();

        Storage scaled = cuda.borrow(DType.F32, keys);
        Storage shift = cuda.borrow(DType.F32, (long) g.batch() * groups * MOST_WORDS);
        cuda.launch(FILE, "word_chain_keys_" + types.x())
                .grid(groups, g.batch(), 1)
                .block(256)
                .at(Slice.of(scaled, 0))
                .at(Slice.of(shift, 0))
                .at(Slice.of(sums, 0))
                .i32(chunks)
                .at(k)
                .bytes(sizes)
                .run();

        int tiles = Math.ceilDiv(g.pixels(), TILE);
        int most = Math.clamp(Math.ceilDiv(wanted, g.batch()), 1, tiles);
        int blocks = Math.ceilDiv(tiles, Math.ceilDiv(tiles, most));
        Storage probabilities = cuda.borrow(y(), (long) g.batch() * g.pixels() * g.words());
        Storage moments = cuda.borrow(DType.F32, (long) g.batch() * blocks * MOMENTS);
        cuda.launch(FILE, "word_chain_probabilities_" + types.x())
                .grid(blocks, g.batch(), 1)
                .block(128)
                .shared((2 * TILE * ROW + TILE * (MOST_WORDS + 1) + 3 * MOST_WORDS) * Float.BYTES)
                .at(Slice.of(probabilities, 0))
                .at(Slice.of(moments, 0))
                .at(q)
                .at(Slice.of(scaled, 0))
                .at(Slice.of(shift, 0))
                .at(mask)
                .bytes(sizes)
                .run();

        Storage values = cuda.borrow(DType.F32, keys);
        cuda.launch(FILE, "word_chain_values_" + types.x())
                .grid(groups, g.batch(), 1)
                .block(256)
                .at(Slice.of(values, 0))
                .at(Slice.of(moments, 0))
                .i32(blocks)
                .at(u)
                .bytes(sizes)
                .run();

        cuda.launch(FILE, "word_chain_output_" + types.x())
                .grid(tiles, g.batch(), 1)
                .block(128)
                .shared((MOST_WORDS * ROW + TILE * MOST_WORDS) * Float.BYTES)
                .optional(y)
                .optional(meanAndMaximum)
                .at(Slice.of(probabilities, 0))
                .at(Slice.of(values, 0))
                .bytes(sizes)
                .run();
        for (Storage s : new Storage[] {values, moments, probabilities, shift, scaled, sums}) {
            cuda.giveBack(s);
        }
    }

    private DType y() {
        return types.isBf16() ? DType.BF16 : DType.F32;
    }

    /** The structure Chain. */
    private static MemorySegment sizes(Geometry g) {
        MemorySegment s = MemorySegment.ofArray(new byte[24]);
        int[] n = {g.batch(), g.pixels(), g.words(), g.channels()};
        MemorySegment.copy(MemorySegment.ofArray(n), 0, s, 0, 16);
        s.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 16, (float) g.scale());
        s.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 20, (float) g.eps());
        return s;
    }
}
