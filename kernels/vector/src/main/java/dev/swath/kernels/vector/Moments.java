package dev.swath.kernels.vector;

import dev.swath.kernels.Execution;
import dev.swath.kernels.HostExecution;
import java.util.Arrays;

/**
 * Means and variances of the columns of a channels-last map. Each piece of rows has its own mean and sum of squares around
 * it, which lose nothing where the mean is large; pieces are combined in order by Chan's formula in f64.
 */
final class Moments {
    private Moments() {}

    /**
     * Of x (rows, channels) from x0 on.
     *
     * @param mean receives the means
     * @param variance receives the biased variances
     */
    static void columns(double[] mean, double[] variance, float[] x, int x0, int rows, int channels, Execution on) {
        int chunks = Chunks.summed(rows);
        int size = 2 * channels;
        float[] a = HostExecution.arrays(on).take(chunks * size);
        Chunks.pieces(rows, Chunks.SUMMED_ROWS, on, (from, to) -> {
            int m = from / Chunks.SUMMED_ROWS * size;
            int squares = m + channels;
            Arrays.fill(a, m, m + size, 0f);
            for (int r = from; r < to; r++) {
                Rows.add(a, m, x, x0 + r * channels, channels);
            }
            Rows.scale(a, m, a, m, 1f / (to - from), channels);
            for (int r = from; r < to; r++) {
                Rows.addSquares(a, squares, x, x0 + r * channels, a, m, channels);
            }
        });
        for (int c = 0; c < channels; c++) {
            double m = 0;
            double squares = 0;
            int seen = 0;
            for (int chunk = 0; chunk < chunks; chunk++) {
                int count = Math.min(Chunks.SUMMED_ROWS, rows - seen);
                double difference = a[chunk * size + c] - m;
                m += difference * count / (seen + count);
                squares += a[chunk * size + channels + c] + difference * difference * seen * count / (seen + count);
                seen += count;
            }
            mean[c] = m;
            variance[c] = squares / rows;
        }
        HostExecution.arrays(on).give(a);
    }
}
