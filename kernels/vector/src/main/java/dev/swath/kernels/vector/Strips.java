package dev.swath.kernels.vector;

import dev.swath.kernels.GemmKernel.Matrix;

/**
 * The order in which {@link GemmTile} reads a block of the left operand: cut along the depth into blocks, in each of them all
 * rows {@link #STRIDE} apart,
 *
 * <p>[depth / DEPTH][rows + BEHIND][STRIDE].
 *
 * <p>A panel of B over one block of depth (32 KB with vectors of 512 bits) and the rows of a tile (3 KB) stay in the
 * first-level cache together, or the panel in the second-level one, which is fast enough for it. Copying costs a read and a
 * write of each element of A for 2 n multiplications with it. Rows are not a multiple of 4 KB apart, which would share few
 * places in that cache.
 */
final class Strips {
    /** Columns of A that are multiplied in one go. */
    static final int DEPTH = 128;

    /** Distance between the rows of a strip. */
    static final int STRIDE = DEPTH + 16;

    /** Rows that are copied in one go. */
    private static final int ROWS = 8;

    private Strips() {}

    /** A left operand (m, k), wherever its elements come from. */
    @FunctionalInterface
    interface Source {
        /**
         * Writes the elements of {@code rows} rows from {@code row} on, of the columns {@code column} to {@code column +
         * depth - 1}, to {@code to[at + r * STRIDE + l]}.
         */
        void strip(int row, int rows, int column, int depth, float[] to, int at);
    }

    /** A matrix in memory. */
    static Source of(Matrix a) {
        float[] from = a.slice().floats();
        int offset = a.slice().offset();
        long step = a.rowStride();
        long columnStep = a.columnStride();
        if (columnStep == 1) {
            return (row, rows, column, depth, to, at) -> {
                for (int r = 0; r < rows; r++) {
                    System.arraycopy(from, (int) (offset + (row + r) * step + column), to, at + r * STRIDE, depth);
                }
            };
        }
        return (row, rows, column, depth, to, at) -> {
            int first = (int) (offset + row * step + column * columnStep);
            Rows.turn(from, first, (int) columnStep, (int) step, depth, rows, to, at, STRIDE);
        };
    }

    /** The columns of a left operand from {@code first} on. */
    static Source from(Source a, int first) {
        return first == 0 ? a : (row, rows, column, depth, to, at) -> a.strip(row, rows, first + column, depth, to, at);
    }

    /** Floats of {@code rows} rows of depth {@code k}. */
    static int size(int rows, int k) {
        return Math.multiplyExact((rows + GemmTile.BEHIND) * STRIDE, Math.ceilDiv(k, DEPTH));
    }

    /** Where a block of depth begins in a block of {@code rows} rows. */
    static int at(int rows, int depthBlock) {
        return depthBlock * (rows + GemmTile.BEHIND) * STRIDE;
    }

    /**
     * Copies {@code count} rows from {@code from} on of a block of {@code rows} rows that begins with row {@code first},
     * between two depths.
     */
    static void copy(Source a, int first, int rows, int from, int count, int column, int depth, float[] to, int base) {
        for (int r = from; r < from + count; r += ROWS) {
            int some = Math.min(ROWS, from + count - r);
            for (int l = 0, block = 0; l < depth; l += DEPTH, block++) {
                int at = base + at(rows, block) + r * STRIDE;
                a.strip(first + r, some, column + l, Math.min(DEPTH, depth - l), to, at);
            }
        }
    }
}
