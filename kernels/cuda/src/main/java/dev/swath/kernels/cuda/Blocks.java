package dev.swath.kernels.cuda;

import dev.swath.kernels.Slice;

/** How kernels that read each element about once are cut into blocks of {@value #THREADS} threads. */
final class Blocks {
    /** Threads of a block. */
    static final int THREADS = 256;

    /** Suffix of kernels that add bf16 to f32. */
    static final String SUM = "bf16_to_f32";

    /** Suffix of kernels that make bf16 of such a sum, by f32 parameters. */
    static final String OF_SUM = "f32_to_bf16";

    private static final int BYTES_AT_ONCE = 16;
    private static final int WARP = 32;

    private Blocks() {}

    /** Elements in 16 bytes of the type of a suffix such as {@code bf16_f32}; of the narrower one of {@link #SUM} and {@link #OF_SUM}. */
    static int wide(String types) {
        return types.contains("bf16") ? 8 : 4;
    }

    /** The suffix of kernels without parameters: the type of the activations alone. */
    static String activations(String types) {
        return types.equals("bf16_f32") ? "bf16" : types;
    }

    /** Whether all of these begin at a multiple of 16 bytes, as the memory itself does; absent ones do not count. */
    static boolean aligned(Slice... slices) {
        for (Slice s : slices) {
            if (s != null && s.offset() * (long) s.storage().dtype().bytes() % BYTES_AT_ONCE != 0) {
                return false;
            }
        }
        return true;
    }

    /** ceil(n / d). */
    static long ceil(long n, long d) {
        return (n + d - 1) / d;
    }

    /** The threads across of a pass down the columns: a power of two that covers the units, at most a warp. */
    static int lanes(long units) {
        return units >= WARP ? WARP : Math.max(1, Integer.highestOneBit(2 * (int) units - 1));
    }

    /**
     * A pass down the columns of (batch, rows, columns): each block has up to 32 units of columns and a chunk of the rows.
     *
     * @param wide whether a unit is 16 bytes, else one element
     * @param lanes units across a block
     * @param tiles blocks across the columns
     * @param chunks blocks down the rows
     */
    record Columns(boolean wide, int lanes, int tiles, int chunks) {
        /**
         * @param unit elements of a unit, where units are possible
         * @param aligned whether all addresses allow units
         * @param each rows a thread should have at least
         * @param blocks how many blocks there should be at most
         */
        static Columns of(int unit, boolean aligned, long batch, long rows, int columns, int each, long blocks) {
            boolean wide = aligned && columns % unit == 0;
            long units = wide ? columns / unit : columns;
            int lanes = Blocks.lanes(units);
            int tiles = (int) ceil(units, lanes);
            long most = ceil(rows, (long) THREADS / lanes * each);
            long chunks = Math.min(most, blocks / Math.max(1, batch * tiles));
            return new Columns(wide, lanes, tiles, (int) Math.max(1, chunks));
        }

        /** Blocks of the pass. */
        long blocks(long batch) {
            return batch * tiles * chunks;
        }
    }
}
