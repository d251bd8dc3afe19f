package dev.swath.kernels.vector;

import static dev.swath.kernels.vector.Lanes.LENGTH;
import static dev.swath.kernels.vector.Lanes.SPECIES;
import static dev.swath.kernels.vector.Lanes.fma;

import dev.swath.kernels.Execution;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.Slice;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** What the gradients of the norms over rows share: sums of dy and of dy z per channel, and the pass that writes dx. */
final class ColumnGradients {
    private ColumnGradients() {}

    /** dx (=) = rstd (dy - mean(dy) - z mean(dy z)) with z = (x - mean) rstd, per channel over all rows. */
    static void backward(Slice dx, Slice dy, Slice x, Slice mean, Slice rstd, int rows, int channels, Execution on) {
        double[] sum = new double[channels];
        double[] dot = new double[channels];
        sums(sum, dot, dy, x, mean, rstd, rows, channels, on);
        float[] scale = new float[channels];
        for (int c = 0; c < channels; c++) {
            sum[c] /= rows;
            dot[c] /= rows;
            scale[c] = (float) rstd.get(c);
        }
        write(dx, dy, x, mean, rstd, scale, sum, dot, rows, channels, on);
    }

    /** sum = sums of dy, dot = sums of dy z. */
    static void sums(
            double[] sum,
            double[] dot,
            Slice dy,
            Slice x,
            Slice mean,
            Slice rstd,
            int rows,
            int channels,
            Execution on) {
        int chunks = Chunks.summed(rows);
        int size = 3 * channels;
        float[] a = HostExecution.arrays(on).take(chunks * size);
        Chunks.pieces(rows, Chunks.SUMMED_ROWS, on, (from, to) -> {
            int z = from / Chunks.SUMMED_ROWS * size;
            Arrays.fill(a, z, z + size, 0f);
            for (int r = from; r < to; r++) {
                int at = r * channels;
                Rows.normalize(
                        a,
                        z,
                        x.floats(),
                        x.offset() + at,
                        mean.floats(),
                        mean.offset(),
                        rstd.floats(),
                        rstd.offset(),
                        channels);
                Rows.add(a, z + channels, dy.floats(), dy.offset() + at, channels);
                Rows.addProduct(a, z + 2 * channels, dy.floats(), dy.offset() + at, a, z, channels);
            }
        });
        for (int c = 0; c < channels; c++) {
            for (int chunk = 0; chunk < chunks; chunk++) {
                sum[c] += a[chunk * size + channels + c];
                dot[c] += a[chunk * size + 2 * channels + c];
            }
        }
        HostExecution.arrays(on).give(a);
    }

    /** dx (=) = scale (dy - sum - z dot). */
    static void write(
            Slice dx,
            Slice dy,
            Slice x,
            Slice mean,
            Slice rstd,
            float[] scale,
            double[] sum,
            double[] dot,
            int rows,
            int channels,
            Execution on) {
        // dx = scale dy + slope (x - mean) + shift
        float[] slope = new float[channels];
        float[] shift = new float[channels];
        for (int c = 0; c < channels; c++) {
            slope[c] = (float) (-scale[c] * dot[c] * rstd.get(c));
            shift[c] = (float) (-scale[c] * sum[c]);
        }
        Chunks.rows(rows, channels, on, (from, to) -> {
            for (int r = from; r < to; r++) {
                row(dx, dy, x, r * channels, mean, scale, slope, shift, channels);
            }
        });
    }

    private static void row(
            Slice dx, Slice dy, Slice x, int at, Slice mean, float[] scale, float[] slope, float[] shift, int n) {
        float[] dxa = dx.floats();
        float[] dya = dy.floats();
        float[] xa = x.floats();
        float[] meana = mean.floats();
        int dx0 = dx.offset() + at;
        int dy0 = dy.offset() + at;
        int x0 = x.offset() + at;
        int i = 0;
        for (; i <= n - LENGTH; i += LENGTH) {
            FloatVector d = FloatVector.fromArray(SPECIES, xa, x0 + i)
                    .sub(FloatVector.fromArray(SPECIES, meana, mean.offset() + i));
            FloatVector g = fma(d, FloatVector.fromArray(SPECIES, slope, i), FloatVector.fromArray(SPECIES, shift, i));
            fma(FloatVector.fromArray(SPECIES, dya, dy0 + i), FloatVector.fromArray(SPECIES, scale, i), g)
                    .intoArray(dxa, dx0 + i);
        }
        for (; i < n; i++) {
            dxa[dx0 + i] = dya[dy0 + i] * scale[i] + ((xa[x0 + i] - meana[mean.offset() + i]) * slope[i] + shift[i]);
        }
    }
}
