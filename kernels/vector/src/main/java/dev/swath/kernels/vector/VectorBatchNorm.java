package dev.swath.kernels.vector;

import static dev.swath.kernels.vector.Lanes.LENGTH;
import static dev.swath.kernels.vector.Lanes.SPECIES;
import static dev.swath.kernels.vector.Lanes.fma;

import dev.swath.kernels.Activation;
import dev.swath.kernels.BatchNormKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.Slice;
import dev.swath.tensor.HostStorage;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/** {@code batch_norm}. */
final class VectorBatchNorm implements BatchNormKernel {
    private final BatchNormKernel scalar;

    /** With the kernel that moves the running statistics: a few hundred numbers, in the same bits. */
    VectorBatchNorm(BatchNormKernel scalar) {
        this.scalar = scalar;
    }

    @Override
    public void statistics(Slice mean, Slice variance, Slice x, int rows, int channels, Execution on) {
        double[] m = new double[channels];
        double[] v = new double[channels];
        Moments.columns(m, v, x.floats(), x.offset(), rows, channels, on);
        for (int c = 0; c < channels; c++) {
            mean.set(c, m[c]);
            variance.set(c, v[c]);
        }
    }

    @Override
    public void track(
            Slice runningMean,
            Slice runningVariance,
            @Nullable Slice batches,
            Slice mean,
            Slice variance,
            double momentum,
            int rows,
            int channels,
            Execution on) {
        scalar.track(runningMean, runningVariance, batches, mean, variance, momentum, rows, channels, on);
    }

    @Override
    public void forward(
            Slice y,
            Slice x,
            Slice mean,
            Slice variance,
            Slice weight,
            Slice bias,
            double eps,
            Activation f,
            int rows,
            int channels,
            Execution on) {
        float[] scale = scale(variance, weight, eps, channels);
        Chunks.rows(rows, channels, on, (from, to) -> {
            for (int r = from; r < to; r++) {
                row(y, x, r * channels, mean, scale, bias, channels);
                if (f == Activation.RELU) {
                    int at = y.offset() + r * channels;
                    VectorUnary.apply(f, y.floats(), at, y.floats(), at, channels);
                }
            }
        });
    }

    private static float[] scale(Slice variance, Slice weight, double eps, int channels) {
        float[] scale = new float[channels];
        for (int c = 0; c < channels; c++) {
            scale[c] = (float) (weight.get(c) / Math.sqrt(variance.get(c) + eps));
        }
        return scale;
    }

    /** y = (x - mean) scale + bias. */
    private static void row(Slice y, Slice x, int at, Slice mean, float[] scale, Slice bias, int n) {
        float[] ya = y.floats();
        float[] xa = x.floats();
        float[] ma = mean.floats();
        float[] ba = bias.floats();
        int y0 = y.offset() + at;
        int x0 = x.offset() + at;
        int i = 0;
        for (; i <= n - LENGTH; i += LENGTH) {
            FloatVector d = FloatVector.fromArray(SPECIES, xa, x0 + i)
                    .sub(FloatVector.fromArray(SPECIES, ma, mean.offset() + i));
            fma(d, FloatVector.fromArray(SPECIES, scale, i), FloatVector.fromArray(SPECIES, ba, bias.offset() + i))
                    .intoArray(ya, y0 + i);
        }
        for (; i < n; i++) {
            ya[y0 + i] = (xa[x0 + i] - ma[mean.offset() + i]) * scale[i] + ba[bias.offset() + i];
        }
    }

    @Override
    public void backward(
            @Nullable Slice dx,
            @Nullable Slice dWeight,
            @Nullable Slice dBias,
            Slice dy,
            Slice x,
            Slice mean,
            Slice variance,
            Slice weight,
            Slice bias,
            double eps,
            Activation f,
            boolean batchStatistics,
            int rows,
            int channels,
            Execution on) {
        if (f != Activation.IDENTITY) {
            float[] behind = HostExecution.arrays(on).take(rows * channels);
            Slice g = Slice.of(new HostStorage.Floats(behind), 0);
            float[] scale = scale(variance, weight, eps, channels);
            Chunks.rows(rows, channels, on, (from, to) -> {
                for (int r = from; r < to; r++) {
                    int at = r * channels;
                    row(g, x, at, mean, scale, bias, channels);
                    VectorUnary.backward(f, behind, at, dy.floats(), dy.offset() + at, behind, at, channels);
                }
            });
            backward(dx, dWeight, dBias, g, x, mean, variance, weight, eps, batchStatistics, rows, channels, on);
            HostExecution.arrays(on).give(behind);
        } else {
            backward(dx, dWeight, dBias, dy, x, mean, variance, weight, eps, batchStatistics, rows, channels, on);
        }
    }

    /** Without a function behind it. */
    private static void backward(
            @Nullable Slice dx,
            @Nullable Slice dWeight,
            @Nullable Slice dBias,
            Slice dy,
            Slice x,
            Slice mean,
            Slice variance,
            Slice weight,
            double eps,
            boolean batchStatistics,
            int rows,
            int channels,
            Execution on) {
        float[] inverse = new float[channels];
        float[] scale = new float[channels];
        for (int c = 0; c < channels; c++) {
            double s = 1 / Math.sqrt(variance.get(c) + eps);
            inverse[c] = (float) s;
            scale[c] = (float) (s * weight.get(c));
        }
        Slice rstd = Slice.of(new HostStorage.Floats(inverse), 0);
        double[] sum = new double[channels];
        double[] dot = new double[channels];
        if (batchStatistics || dWeight != null || dBias != null) {
            ColumnGradients.sums(sum, dot, dy, x, mean, rstd, rows, channels, on);
        }
        for (int c = 0; c < channels; c++) {
            if (dWeight != null) {
                dWeight.add(c, dot[c]);
            }
            if (dBias != null) {
                dBias.add(c, sum[c]);
            }
            sum[c] = batchStatistics ? sum[c] / rows : 0;
            dot[c] = batchStatistics ? dot[c] / rows : 0;
        }
        if (dx != null) {
            ColumnGradients.write(dx, dy, x, mean, rstd, scale, sum, dot, rows, channels, on);
        }
    }
}
