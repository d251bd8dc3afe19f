package dev.swath.kernels.scalar;

import dev.swath.kernels.Activation;
import dev.swath.kernels.BatchNormKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import org.jspecify.annotations.Nullable;

/** {@code batch_norm}, the truth. */
final class ScalarBatchNorm implements BatchNormKernel {
    @Override
    public void statistics(Slice mean, Slice variance, Slice x, int rows, int channels, Execution on) {
        for (int c = 0; c < channels; c++) {
            double m = 0;
            for (int r = 0; r < rows; r++) {
                m += x.get(r * channels + c);
            }
            m /= rows;
            double v = 0;
            for (int r = 0; r < rows; r++) {
                double d = x.get(r * channels + c) - m;
                v += d * d;
            }
            mean.set(c, m);
            variance.set(c, v / rows);
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
        double unbiased = momentum * ((double) rows / (rows - 1));
        for (int c = 0; c < channels; c++) {
            runningMean.set(c, (1 - momentum) * runningMean.get(c) + momentum * mean.get(c));
            runningVariance.set(c, (1 - momentum) * runningVariance.get(c) + unbiased * variance.get(c));
        }
        if (batches != null) {
            batches.setLong(0, batches.getLong(0) + 1);
        }
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
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < channels; c++) {
                int at = r * channels + c;
                double z = (x.get(at) - mean.get(c)) / Math.sqrt(variance.get(c) + eps);
                y.set(at, ScalarUnary.value(f, z * weight.get(c) + bias.get(c)));
            }
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
        for (int c = 0; c < channels; c++) {
            double m = mean.get(c);
            double s = 1 / Math.sqrt(variance.get(c) + eps);
            double sum = 0;
            double dot = 0;
            for (int r = 0; r < rows; r++) {
                double z = (x.get(r * channels + c) - m) * s;
                double g = ScalarUnary.slope(f, z * weight.get(c) + bias.get(c)) * dy.get(r * channels + c);
                sum += g;
                dot += g * z;
            }
            if (dWeight != null) {
                dWeight.add(c, dot);
            }
            if (dBias != null) {
                dBias.add(c, sum);
            }
            for (int r = 0; dx != null && r < rows; r++) {
                double z = (x.get(r * channels + c) - m) * s;
                double g = ScalarUnary.slope(f, z * weight.get(c) + bias.get(c)) * dy.get(r * channels + c);
                double batch = batchStatistics ? (sum + z * dot) / rows : 0;
                dx.set(r * channels + c, weight.get(c) * s * (g - batch));
            }
        }
    }
}
