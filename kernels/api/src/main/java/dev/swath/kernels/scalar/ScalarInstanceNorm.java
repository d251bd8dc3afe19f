package dev.swath.kernels.scalar;

import dev.swath.kernels.Execution;
import dev.swath.kernels.InstanceNormKernel;
import dev.swath.kernels.Slice;
import org.jspecify.annotations.Nullable;

/** {@code instance_norm}, the truth. */
final class ScalarInstanceNorm implements InstanceNormKernel {
    @Override
    public void forward(
            Slice y,
            @Nullable Slice mean,
            @Nullable Slice rstd,
            Slice x,
            double eps,
            int batch,
            int length,
            int channels,
            Execution on) {
        for (int b = 0; b < batch; b++) {
            for (int c = 0; c < channels; c++) {
                int first = b * length * channels + c;
                double m = 0;
                for (int l = 0; l < length; l++) {
                    m += x.get(first + l * channels);
                }
                m /= length;
                double v = 0;
                for (int l = 0; l < length; l++) {
                    double d = x.get(first + l * channels) - m;
                    v += d * d;
                }
                double s = 1 / Math.sqrt(v / length + eps);
                for (int l = 0; l < length; l++) {
                    y.set(first + l * channels, (x.get(first + l * channels) - m) * s);
                }
                if (mean != null && rstd != null) {
                    mean.set(b * channels + c, m);
                    rstd.set(b * channels + c, s);
                }
            }
        }
    }

    @Override
    public void backward(
            Slice dx, Slice dy, Slice x, Slice mean, Slice rstd, int batch, int length, int channels, Execution on) {
        for (int b = 0; b < batch; b++) {
            for (int c = 0; c < channels; c++) {
                int first = b * length * channels + c;
                double m = mean.get(b * channels + c);
                double s = rstd.get(b * channels + c);
                double sum = 0;
                double dot = 0;
                for (int l = 0; l < length; l++) {
                    double g = dy.get(first + l * channels);
                    sum += g;
                    dot += g * (x.get(first + l * channels) - m) * s;
                }
                for (int l = 0; l < length; l++) {
                    double z = (x.get(first + l * channels) - m) * s;
                    dx.set(first + l * channels, s * (dy.get(first + l * channels) - sum / length - z * dot / length));
                }
            }
        }
    }
}
