package dev.swath.kernels.vector;

import dev.swath.kernels.WindowAttentionKernel.Geometry;

/**
 * Where the cells of one shifted window lie in the grid and which of them see each other. Cell i of a window of side M is
 * at row i / M, column i % M of the window.
 */
final class Window {
    /** Its number among all windows of the batch. */
    final int number;

    /** Number of real cells. */
    final int real;

    /** The real cells, in order. */
    final int[] cell;

    /** Index in the (B, H, W) grid of each cell, -1 in the padding. */
    final int[] index;

    /** Region of each cell, 0 to 8; cells of different regions do not see each other. */
    final int[] region;

    /** Whether more than one region occurs. */
    final boolean split;

    /** Window {@code number} of all windows of the batch. */
    Window(Geometry g, int number) {
        this.number = number;
        int m = g.window();
        int across = Math.ceilDiv(g.width(), m);
        int down = Math.ceilDiv(g.height(), m);
        int b = number / (across * down);
        int top = number / across % down * m;
        int left = number % across * m;
        index = new int[m * m];
        cell = new int[m * m];
        region = new int[m * m];
        int count = 0;
        boolean several = false;
        for (int r = 0; r < m; r++) {
            int row = (top + r + g.shift()) % (down * m);
            int rowBand = band(top + r, down * m, g);
            for (int c = 0; c < m; c++) {
                int i = r * m + c;
                int column = (left + c + g.shift()) % (across * m);
                boolean inside = row < g.height() && column < g.width();
                index[i] = inside ? (b * g.height() + row) * g.width() + column : -1;
                if (inside) {
                    cell[count++] = i;
                }
                region[i] = 3 * rowBand + band(left + c, across * m, g);
                several |= region[i] != region[0];
            }
        }
        real = count;
        split = several;
    }

    /** Windows of one sample. */
    static int count(Geometry g) {
        return Math.ceilDiv(g.height(), g.window()) * Math.ceilDiv(g.width(), g.window());
    }

    private static int band(int i, int n, Geometry g) {
        return g.shift() == 0 || i < n - g.window() ? 0 : i < n - g.shift() ? 1 : 2;
    }
}
