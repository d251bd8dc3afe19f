package dev.swath.kernels;

/** Mean over floor(i n / m) .. ceil((i+1) n / m) - 1 for output cell i of m, on channels-last maps ({@code adaptive_avg_pool}). */
public interface AdaptiveAvgPoolKernel extends Kernel {
    /** y (B, outH, outW, C) from x (B, H, W, C). */
    void forward(
            Slice y,
            Slice x,
            int batch,
            int height,
            int width,
            int channels,
            int outHeight,
            int outWidth,
            Execution on);

    /** dx (B, H, W, C) (=). */
    void backward(
            Slice dx,
            Slice dy,
            int batch,
            int height,
            int width,
            int channels,
            int outHeight,
            int outWidth,
            Execution on);
}
