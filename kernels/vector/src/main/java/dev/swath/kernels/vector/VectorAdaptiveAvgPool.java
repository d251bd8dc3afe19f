package dev.swath.kernels.vector;

import dev.swath.kernels.AdaptiveAvgPoolKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import java.util.Arrays;

/** {@code adaptive_avg_pool}: rows of a region are summed in f32, their sums in f64. */
final class VectorAdaptiveAvgPool implements AdaptiveAvgPoolKernel {
    @Override
    public void forward(
            Slice y,
            Slice x,
            int batch,
            int height,
            int width,
            int channels,
            int outHeight,
            int outWidth,
            Execution on) {
        on.forEach(batch * outHeight * outWidth, cell -> {
            int b = cell / (outHeight * outWidth);
            int oy = cell / outWidth % outHeight;
            int ox = cell % outWidth;
            int bottom = to(oy, height, outHeight);
            int left = from(ox, width, outWidth);
            int right = to(ox, width, outWidth);
            int top = from(oy, height, outHeight);
            float[] row = new float[channels];
            double[] sum = new double[channels];
            for (int iy = top; iy < bottom; iy++) {
                Arrays.fill(row, 0f);
                for (int ix = left; ix < right; ix++) {
                    Rows.add(row, 0, x.floats(), x.offset() + ((b * height + iy) * width + ix) * channels, channels);
                }
                for (int c = 0; c < channels; c++) {
                    sum[c] += row[c];
                }
            }
            double share = 1.0 / ((bottom - top) * (right - left));
            for (int c = 0; c < channels; c++) {
                y.set(cell * channels + c, sum[c] * share);
            }
        });
    }

    @Override
    public void backward(
            Slice dx,
            Slice dy,
            int batch,
            int height,
            int width,
            int channels,
            int outHeight,
            int outWidth,
            Execution on) {
        on.forEach(batch * height, row -> {
            int b = row / height;
            int iy = row % height;
            int at = dx.offset() + row * width * channels;
            Arrays.fill(dx.floats(), at, at + width * channels, 0f);
            // Regions may overlap: every output row whose region holds this row, in order.
            for (int oy = 0; oy < outHeight; oy++) {
                int top = from(oy, height, outHeight);
                int bottom = to(oy, height, outHeight);
                for (int ox = 0; top <= iy && iy < bottom && ox < outWidth; ox++) {
                    int left = from(ox, width, outWidth);
                    int right = to(ox, width, outWidth);
                    float share = 1f / ((bottom - top) * (right - left));
                    int cell = dy.offset() + ((b * outHeight + oy) * outWidth + ox) * channels;
                    for (int ix = left; ix < right; ix++) {
                        Rows.addScaled(dx.floats(), at + ix * channels, dy.floats(), cell, share, channels);
                    }
                }
            }
        });
    }

    private static int from(int i, int n, int m) {
        return i * n / m;
    }

    private static int to(int i, int n, int m) {
        return Math.ceilDiv((i + 1) * n, m);
    }
}
