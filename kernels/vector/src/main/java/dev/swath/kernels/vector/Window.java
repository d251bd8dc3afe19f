package dev.swath.kernels.vector;

import dev.swath.kernels.WindowAttentionKernel.Geometry;

/**
 * The cells of one shifted window as lists: {@link Geometry} says where each lies, this holds it for a task's inner
 * loops.
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
        int sample = number / g.windows() * g.height();
        index = new int[m * m];
        cell = new int[m * m];
        region = new int[m * m];
        int[] column = new int[m];
        int[] band = new int[m];
        for (int c = 0; c < m; c++) {
            column[c] = g.column(number, c);
            band[c] = g.columnBand(number, c);
        }
        int count = 0;
        boolean several = false;
        for (int r = 0; r < m; r++) {
            int row = g.row(number, r);
            int rowBand = g.rowBand(number, r);
            for (int c = 0; c < m; c++) {
                int i = r * m + c;
                boolean inside = row < g.height() && column[c] < g.width();
                index[i] = inside ? (sample + row) * g.width() + column[c] : -1;
                if (inside) {
                    cell[count++] = i;
                }
                region[i] = 3 * rowBand + band[c];
                several |= region[i] != region[0];
            }
        }
        real = count;
        split = several;
    }
}
