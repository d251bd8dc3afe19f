package dev.swath.kernels.vector;

import static dev.swath.kernels.vector.Lanes.LENGTH;
import static dev.swath.kernels.vector.Lanes.SPECIES;
import static dev.swath.kernels.vector.Lanes.fma;

import dev.swath.kernels.Execution;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.LayerNormKernel;
import dev.swath.kernels.Slice;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/** {@code layer_norm}: three passes over a row that stays in the first cache. */
final class VectorLayerNorm implements LayerNormKernel {

    @Override
    public void forward(
            Slice y,
            @Nullable Slice mean,
            @Nullable Slice rstd,
            Slice x,
            Slice weight,
            Slice bias,
            double eps,
            int rows,
            int columns,
            Execution on) {
        Chunks.rows(rows, columns, on, (from, to) -> {
            float[] xa = x.floats();
            for (int r = from; r < to; r++) {
                int at = x.offset() + r * columns;
                float m = Rows.sum(xa, at, columns) / columns;
                float s = (float) (1 / Math.sqrt(Rows.squares(xa, at, m, columns) / columns + eps));
                row(
                        y.floats(),
                        y.offset() + r * columns,
                        xa,
                        at,
                        weight.floats(),
                        weight.offset(),
                        bias.floats(),
                        bias.offset(),
                        m,
                        s,
                        columns);
                if (mean != null && rstd != null) {
                    mean.set(r, m);
                    rstd.set(r, s);
                }
            }
        });
    }

    private static void row(
            float[] y,
            int y0,
            float[] x,
            int x0,
            float[] weight,
            int weight0,
            float[] bias,
            int bias0,
            float mean,
            float rstd,
            int n) {
        int i = 0;
        for (; i <= n - LENGTH; i += LENGTH) {
            FloatVector z = FloatVector.fromArray(SPECIES, x, x0 + i).sub(mean).mul(rstd);
            FloatVector w = FloatVector.fromArray(SPECIES, weight, weight0 + i);
            fma(z, w, FloatVector.fromArray(SPECIES, bias, bias0 + i)).intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] = (x[x0 + i] - mean) * rstd * weight[weight0 + i] + bias[bias0 + i];
        }
    }

    @Override
    public void backward(
            @Nullable Slice dx,
            @Nullable Slice dWeight,
            @Nullable Slice dBias,
            Slice dy,
            Slice x,
            Slice weight,
            Slice mean,
            Slice rstd,
            int rows,
            int columns,
            Execution on) {
        int chunks = Chunks.summed(rows);
        // For each chunk of rows: z of one row, dz of one row, partial dWeight, partial dBias.
        int size = 4 * columns;
        float[] a = HostExecution.arrays(on).take(chunks * size);
        Chunks.pieces(rows, Chunks.SUMMED_ROWS, on, (from, to) -> {
            int z = from / Chunks.SUMMED_ROWS * size;
            int dz = z + columns;
            int partial = dz + columns;
            Arrays.fill(a, partial, partial + 2 * columns, 0f);
            for (int r = from; r < to; r++) {
                int at = x.offset() + r * columns;
                int dyAt = dy.offset() + r * columns;
                float s = (float) rstd.get(r);
                standardize(a, z, x.floats(), at, (float) mean.get(r), s, columns);
                if (dWeight != null) {
                    Rows.addProduct(a, partial, dy.floats(), dyAt, a, z, columns);
                }
                if (dBias != null) {
                    Rows.add(a, partial + columns, dy.floats(), dyAt, columns);
                }
                if (dx != null) {
                    Arrays.fill(a, dz, dz + columns, 0f);
                    Rows.addProduct(a, dz, dy.floats(), dyAt, weight.floats(), weight.offset(), columns);
                    float sum = Rows.sum(a, dz, columns) / columns;
                    float dot = Rows.dot(a, dz, a, z, columns) / columns;
                    gradient(dx.floats(), dx.offset() + r * columns, a, dz, z, s, sum, dot, columns);
                }
            }
        });
        addPartials(dWeight, a, 2 * columns, size, chunks, columns);
        addPartials(dBias, a, 3 * columns, size, chunks, columns);
        HostExecution.arrays(on).give(a);
    }

    /** gradient += the sum over chunks of what each has at {@code at + chunk size}; or nothing for null. */
    static void addPartials(@Nullable Slice gradient, float[] a, int at, int size, int chunks, int columns) {
        for (int c = 0; gradient != null && c < columns; c++) {
            double sum = 0;
            for (int chunk = 0; chunk < chunks; chunk++) {
                sum += a[at + chunk * size + c];
            }
            gradient.add(c, sum);
        }
    }

    private static void standardize(float[] z, int z0, float[] x, int x0, float mean, float rstd, int n) {
        int i = 0;
        for (; i <= n - LENGTH; i += LENGTH) {
            FloatVector.fromArray(SPECIES, x, x0 + i).sub(mean).mul(rstd).intoArray(z, z0 + i);
        }
        for (; i < n; i++) {
            z[z0 + i] = (x[x0 + i] - mean) * rstd;
        }
    }

    /** dx = rstd (dz - mean(dz) - z mean(dz z)). */
    private static void gradient(
            float[] dx, int dx0, float[] a, int dz, int z, float rstd, float sum, float dot, int n) {
        int i = 0;
        for (; i <= n - LENGTH; i += LENGTH) {
            FloatVector g = FloatVector.fromArray(SPECIES, a, dz + i).sub(sum);
            fma(FloatVector.fromArray(SPECIES, a, z + i), -dot, g).mul(rstd).intoArray(dx, dx0 + i);
        }
        for (; i < n; i++) {
            dx[dx0 + i] = (a[dz + i] - sum - a[z + i] * dot) * rstd;
        }
    }
}
