package dev.swath.kernels.vector;

import dev.swath.kernels.Execution;
import dev.swath.kernels.InstanceNormKernel;
import dev.swath.kernels.Slice;
import org.jspecify.annotations.Nullable;

/** {@code instance_norm}: statistics by pieces of rows, then one pass that writes. */
final class VectorInstanceNorm implements InstanceNormKernel {

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
        double[] m = new double[channels];
        double[] v = new double[channels];
        float[] center = new float[channels];
        float[] scale = new float[channels];
        for (int b = 0; b < batch; b++) {
            int first = b * length * channels;
            Moments.columns(m, v, x.floats(), x.offset() + first, length, channels, on);
            for (int c = 0; c < channels; c++) {
                center[c] = (float) m[c];
                scale[c] = (float) (1 / Math.sqrt(v[c] + eps));
                if (mean != null && rstd != null) {
                    mean.set(b * channels + c, m[c]);
                    rstd.set(b * channels + c, scale[c]);
                }
            }
            Chunks.rows(length, channels, on, (from, to) -> {
                for (int r = from; r < to; r++) {
                    int at = first + r * channels;
                    Rows.normalize(
                            y.floats(), y.offset() + at, x.floats(), x.offset() + at, center, 0, scale, 0, channels);
                }
            });
        }
    }

    @Override
    public void backward(
            Slice dx, Slice dy, Slice x, Slice mean, Slice rstd, int batch, int length, int channels, Execution on) {
        for (int b = 0; b < batch; b++) {
            int first = b * length * channels;
            ColumnGradients.backward(
                    dx.plus(first),
                    dy.plus(first),
                    x.plus(first),
                    mean.plus((long) b * channels),
                    rstd.plus((long) b * channels),
                    length,
                    channels,
                    on);
        }
    }
}
