package dev.swath.fianet.image.decode;

/**
 * The five filters of PNG (ISO/IEC 15948, 9) undone. A byte depends on the one a pixel to its left: what a row takes is the
 * length of that chain, kept in registers. Of red, green and blue, as most files have them, the three run beside each other.
 */
final class PngFilters {
    private static final int RGB = 3;

    private PngFilters() {}

    /**
     * Undoes a filter.
     *
     * @param filter its number
     * @param row as it is stored, then as it was
     * @param before the row above; zero before the first
     * @param step bytes of a pixel, at least 1
     * @return whether there is such a filter
     */
    static boolean undo(int filter, byte[] row, byte[] before, int step) {
        int lanes = Math.min(step, row.length);
        switch (filter) {
            case 0 -> {}
            case 1 -> {
                for (int lane = 0; lane < lanes; lane++) {
                    int a = 0;
                    for (int i = lane; i < row.length; i += step) {
                        a += row[i];
                        row[i] = (byte) a;
                    }
                }
            }
            case 2 -> {
                for (int i = 0; i < row.length; i++) {
                    row[i] += before[i];
                }
            }
            case 3 -> {
                if (step == RGB) {
                    average(row, before);
                    return true;
                }
                for (int lane = 0; lane < lanes; lane++) {
                    average(row, before, step, lane);
                }
            }
            case 4 -> {
                if (step == RGB) {
                    paeth(row, before);
                    return true;
                }
                for (int lane = 0; lane < lanes; lane++) {
                    paeth(row, before, step, lane);
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void average(byte[] row, byte[] before, int step, int lane) {
        int a = 0;
        for (int i = lane; i < row.length; i += step) {
            a = row[i] + (a + (before[i] & 0xff) >> 1) & 0xff;
            row[i] = (byte) a;
        }
    }

    private static void average(byte[] row, byte[] before) {
        int a0 = 0;
        int a1 = 0;
        int a2 = 0;
        for (int i = 0; i < row.length - 2; i += RGB) {
            a0 = row[i] + (a0 + (before[i] & 0xff) >> 1) & 0xff;
            a1 = row[i + 1] + (a1 + (before[i + 1] & 0xff) >> 1) & 0xff;
            a2 = row[i + 2] + (a2 + (before[i + 2] & 0xff) >> 1) & 0xff;
            row[i] = (byte) a0;
            row[i + 1] = (byte) a1;
            row[i + 2] = (byte) a2;
        }
    }

    private static void paeth(byte[] row, byte[] before, int step, int lane) {
        int a = 0;
        int c = 0;
        for (int i = lane; i < row.length; i += step) {
            int b = before[i] & 0xff;
            a = row[i] + nearest(a, b, c) & 0xff;
            row[i] = (byte) a;
            c = b;
        }
    }

    private static void paeth(byte[] row, byte[] before) {
        int a0 = 0;
        int a1 = 0;
        int a2 = 0;
        int c0 = 0;
        int c1 = 0;
        int c2 = 0;
        for (int i = 0; i < row.length - 2; i += RGB) {
            int b0 = before[i] & 0xff;
            int b1 = before[i + 1] & 0xff;
            int b2 = before[i + 2] & 0xff;
            a0 = row[i] + nearest(a0, b0, c0) & 0xff;
            a1 = row[i + 1] + nearest(a1, b1, c1) & 0xff;
            a2 = row[i + 2] + nearest(a2, b2, c2) & 0xff;
            row[i] = (byte) a0;
            row[i + 1] = (byte) a1;
            row[i + 2] = (byte) a2;
            c0 = b0;
            c1 = b1;
            c2 = b2;
        }
    }

    /** Of left, above and above left the one nearest to a + b - c. */
    private static int nearest(int a, int b, int c) {
        int toA = Math.abs(b - c);
        int toB = Math.abs(a - c);
        int toC = Math.abs(a + b - 2 * c);
        return toA <= toB && toA <= toC ? a : toB <= toC ? b : c;
    }
}
