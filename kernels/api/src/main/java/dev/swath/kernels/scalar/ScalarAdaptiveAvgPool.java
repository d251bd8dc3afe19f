package dev.swath.kernels.scalar;

import dev.swath.kernels.AdaptiveAvgPoolKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;

/** {@code adaptive_avg_pool}, the truth. */
final class ScalarAdaptiveAvgPool implements AdaptiveAvgPoolKernel {
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
        for (int cell = 0; cell < batch * outHeight * outWidth; cell++) {
            int b = cell / (outHeight * outWidth);
            int oy = cell / outWidth % outHeight;
            int ox = cell % outWidth;
            int top = from(oy, height, outHeight);
            int bottom = to(oy, height, outHeight);
            int left = from(ox, width, outWidth);
            int right = to(ox, width, outWidth);
            for (int c = 0; c < channels; c++) {
                double sum = 0;
                for (int iy = top; iy < bottom; iy++) {
                    for (int ix = left; ix < right; ix++) {
                        sum += x.get(((b * height + iy) * width + ix) * channels + c);
                    }
                }
                y.set(cell * channels + c, sum / ((bottom - top) * (right - left)));
            }
        }
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
        for (int i = 0; i < batch * height * width * channels; i++) {
            dx.set(i, 0);
        }
        for (int cell = 0; cell < batch * outHeight * outWidth; cell++) {
            int b = cell / (outHeight * outWidth);
            int oy = cell / outWidth % outHeight;
            int ox = cell % outWidth;
            int top = from(oy, height, outHeight);
            int bottom = to(oy, height, outHeight);
            int left = from(ox, width, outWidth);
            int right = to(ox, width, outWidth);
            double share = 1.0 / ((bottom - top) * (right - left));
            for (int iy = top; iy < bottom; iy++) {
                for (int ix = left; ix < right; ix++) {
                    for (int c = 0; c < channels; c++) {
                        dx.add(((b * height + iy) * width + ix) * channels + c, share * dy.get(cell * channels + c));
                    }
                }
            }
        }
    }

    private static int from(int i, int n, int m) {
        return i * n / m;
    }

    private static int to(int i, int n, int m) {
        return Math.ceilDiv((i + 1) * n, m);
    }
}
