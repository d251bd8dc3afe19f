package dev.swath.autograd.ops;

import dev.swath.tensor.Tensor;

/** The constants of attention in shifted windows, written out: what {@link WindowAttention#composed} adds and multiplies. */
final class WindowLayout {
    private static final double MASKED = -100;

    private WindowLayout() {}

    /** (1, paddedHeight, paddedWidth, 1): 1 where a cell lies outside of the grid, else 0. */
    static Tensor outside(int height, int width, int paddedHeight, int paddedWidth) {
        Tensor ones = Tensor.zeros(1, paddedHeight, paddedWidth, 1);
        for (int row = 0; row < paddedHeight; row++) {
            for (int column = 0; column < paddedWidth; column++) {
                ones.set(row < height && column < width ? 0 : 1, 0, row, column, 0);
            }
        }
        return ones;
    }

    /** (windows, 1, M^2, M^2): -100 between cells that were no neighbours before the roll, else 0. */
    static Tensor mask(int rows, int columns, int window, int shift) {
        int cells = window * window;
        Tensor mask = Tensor.zeros(rows * columns, 1, cells, cells);
        for (int w = 0; w < rows * columns && shift > 0; w++) {
            for (int q = 0; q < cells; q++) {
                for (int k = 0; k < cells; k++) {
                    boolean together =
                            region(w, q, rows, columns, window, shift) == region(w, k, rows, columns, window, shift);
                    mask.set(together ? 0 : MASKED, w, 0, q, k);
                }
            }
        }
        return mask;
    }

    private static int region(int w, int cell, int rows, int columns, int window, int shift) {
        int row = w / columns * window + cell / window;
        int column = w % columns * window + cell % window;
        return 3 * band(row, rows * window, window, shift) + band(column, columns * window, window, shift);
    }

    /** 0 before the last window, then 1, and 2 for what came from the other side. */
    private static int band(int i, int n, int window, int shift) {
        return i < n - window ? 0 : i < n - shift ? 1 : 2;
    }
}
