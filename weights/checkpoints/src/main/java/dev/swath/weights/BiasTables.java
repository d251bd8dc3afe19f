package dev.swath.weights;

import dev.swath.tensor.Tensor;

/** Brings Swin's relative-position bias tables from one window size to another. */
public final class BiasTables {
    private static final double A = -0.75;

    private BiasTables() {}

    /**
     * Resizes each head's square table bicubically (a = -0.75, corners not aligned, border clamped).
     *
     * @param table (side^2, heads)
     * @param rows side^2 of the result
     * @return (rows, heads), f32
     */
    public static Tensor resize(Tensor table, int rows) {
        int from = side(table.dim(0));
        int to = side(rows);
        int heads = table.dim(1);
        double[] in = table.toDoubleArray();
        float[] out = new float[rows * heads];
        for (int y = 0; y < to; y++) {
            for (int x = 0; x < to; x++) {
                double v = (y + 0.5) * from / to - 0.5;
                double u = (x + 0.5) * from / to - 0.5;
                int row = (int) Math.floor(v);
                int column = (int) Math.floor(u);
                for (int h = 0; h < heads; h++) {
                    double sum = 0;
                    for (int j = -1; j <= 2; j++) {
                        for (int i = -1; i <= 2; i++) {
                            int r = Math.clamp(row + j, 0, from - 1);
                            int c = Math.clamp(column + i, 0, from - 1);
                            sum += weight(v - row - j) * weight(u - column - i) * in[(r * from + c) * heads + h];
                        }
                    }
                    out[(y * to + x) * heads + h] = (float) sum;
                }
            }
        }
        return Tensor.of(out, rows, heads);
    }

    private static int side(int rows) {
        int side = (int) Math.round(Math.sqrt(rows));
        if (side * side != rows) {
            throw new WeightsException("[bias_table] the number of rows must be a square; got " + rows);
        }
        return side;
    }

    /** The cubic convolution kernel at distance x. */
    private static double weight(double distance) {
        double x = Math.abs(distance);
        if (x <= 1) {
            return ((A + 2) * x - (A + 3)) * x * x + 1;
        }
        return x < 2 ? ((A * x - 5 * A) * x + 8 * A) * x - 4 * A : 0;
    }
}
