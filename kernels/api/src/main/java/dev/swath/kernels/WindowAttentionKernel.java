package dev.swath.kernels;

import org.jspecify.annotations.Nullable;

/**
 * Swin's attention inside shifted windows, read from and written to the grid by index: nothing is padded, rolled, cut
 * or masked in memory ({@code window_attention}).
 */
public interface WindowAttentionKernel extends Kernel {
    /**
     * Sizes.
     *
     * @param batch B
     * @param height H, real rows
     * @param width W, real columns
     * @param channels C
     * @param heads number of heads; D = C / heads
     * @param window M, the side of a window; the grid counts as padded at the right and bottom to multiples of it
     * @param shift cells by which the padded grid is rolled up and left first, 0 for none
     */
    record Geometry(int batch, int height, int width, int channels, int heads, int window, int shift) {
        /** What is added to the score between cells of different regions. */
        public static final double MASKED = -100;

        /** Windows from top to bottom. */
        public int down() {
            return Math.ceilDiv(height, window);
        }

        /** Windows from left to right. */
        public int across() {
            return Math.ceilDiv(width, window);
        }

        /**
         * Windows of one sample; window {@code number} of the batch is number / windows() of its sample, row by row.
         */
        public int windows() {
            return down() * across();
        }

        /** M^2, cells of one window; cell i is at row i / M, column i % M. */
        public int cells() {
            return window * window;
        }

        /** The grid's row, before the roll, of row {@code r} of a window; H or more in the padding. */
        public int row(int number, int r) {
            return (rolledRow(number, r) + shift) % (down() * window);
        }

        /** The grid's column, before the roll, of column {@code c} of a window; W or more in the padding. */
        public int column(int number, int c) {
            return (rolledColumn(number, c) + shift) % (across() * window);
        }

        /** The {@link #band} of row {@code r} of a window. */
        public int rowBand(int number, int r) {
            return band(rolledRow(number, r), down() * window);
        }

        /** The {@link #band} of column {@code c} of a window. */
        public int columnBand(int number, int c) {
            return band(rolledColumn(number, c), across() * window);
        }

        /** Where a cell of a window lies in the (B, H, W) grid, or -1 in the padding. */
        public int index(int number, int cell) {
            int row = row(number, cell / window);
            int column = column(number, cell % window);
            return row < height && column < width ? (number / windows() * height + row) * width + column : -1;
        }

        /** Which of nine regions a cell of a window belongs to; cells of different regions do not see each other. */
        public int region(int number, int cell) {
            return 3 * rowBand(number, cell / window) + columnBand(number, cell % window);
        }

        /** Row of the bias table for a query cell and a key cell of one window. */
        public int relative(int query, int key) {
            return relative(query, key, window);
        }

        /** Row of the bias table for a query cell and a key cell of a window of side {@code window}. */
        public static int relative(int query, int key, int window) {
            int down = query / window - key / window + window - 1;
            int across = query % window - key % window + window - 1;
            return down * (2 * window - 1) + across;
        }

        /**
         * After the roll, the last window in a direction holds cells from both ends of the grid: of the n cells of a
         * line, 0 before that window, 1 in its first part, 2 for what came from the other end. Without a shift, 0.
         */
        private int band(int rolled, int n) {
            return shift == 0 || rolled < n - window ? 0 : rolled < n - shift ? 1 : 2;
        }

        private int rolledRow(int number, int r) {
            return number / across() % down() * window + r;
        }

        private int rolledColumn(int number, int c) {
            return number % across() * window + c;
        }
    }

    /**
     * y = softmax(q k^T / sqrt D + bias + mask) v per window and head. A padded cell has q, k, v equal to
     * {@code qkvBias}; it is not masked. With a shift, between cells of different regions {@link Geometry#MASKED} is
     * added.
     *
     * @param y (B, H, W, C)
     * @param logSum (B, windows, heads, M M): log of each row's sum of exponentials, or null if no backward follows
     * @param qkv (B, H, W, 3C): q, k, v, each split by head
     * @param qkvBias (3C)
     * @param table ((2M-1)^2, heads)
     */
    void forward(Slice y, @Nullable Slice logSum, Slice qkv, Slice qkvBias, Slice table, Geometry g, Execution on);

    /** dQkv (=), dQkvBias (+=, the padded cells' part, or null), dTable (+=, or null). */
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
            Execution on);
}
