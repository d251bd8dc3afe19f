package dev.swath.bench.peers;

/**
 * Size of a map in cells.
 *
 * @param height rows
 * @param width columns
 */
record Grid(int height, int width) {
    /** The grid of an image under patches of 4x4 pixels. */
    static Grid ofImage(int height, int width) {
        return new Grid(Math.ceilDiv(height, 4), Math.ceilDiv(width, 4));
    }

    int cells() {
        return height * width;
    }

    Grid half() {
        return new Grid(Math.ceilDiv(height, 2), Math.ceilDiv(width, 2));
    }

    Grid paddedTo(int multiple) {
        return new Grid(Math.ceilDiv(height, multiple) * multiple, Math.ceilDiv(width, multiple) * multiple);
    }

    /**
     * The shift mask of this grid, already padded: for each window and pair of its cells, 0 where both lie in one region
     * and -100 where they do not; row-major.
     */
    float[] shiftMask(int window) {
        int cells = window * window;
        int columns = width / window;
        int windows = height / window * columns;
        float[] mask = new float[windows * cells * cells];
        int[] region = new int[cells];
        for (int w = 0; w < windows; w++) {
            for (int cell = 0; cell < cells; cell++) {
                int row = w / columns * window + cell / window;
                int column = w % columns * window + cell % window;
                region[cell] = 3 * band(row, height, window) + band(column, width, window);
            }
            for (int query = 0; query < cells; query++) {
                for (int key = 0; key < cells; key++) {
                    mask[(w * cells + query) * cells + key] = region[query] == region[key] ? 0 : -100;
                }
            }
        }
        return mask;
    }

    private static int band(int position, int size, int window) {
        if (position < size - window) {
            return 0;
        }
        return position < size - window / 2 ? 1 : 2;
    }
}
