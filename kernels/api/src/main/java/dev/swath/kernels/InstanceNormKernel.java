package dev.swath.kernels;

import org.jspecify.annotations.Nullable;

/** Standardises each channel of each sample over its cells, without scale or shift ({@code instance_norm}). */
public interface InstanceNormKernel extends Kernel {
    /**
     * y = (x - mean) rstd with the biased variance over L.
     *
     * @param y (B, L, C); may be x
     * @param mean (B, C), or null if no backward follows
     * @param rstd (B, C), or null if no backward follows
     * @param x (B, L, C)
     */
    void forward(
            Slice y,
            @Nullable Slice mean,
            @Nullable Slice rstd,
            Slice x,
            double eps,
            int batch,
            int length,
            int channels,
            Execution on);

    /** dx (=) = rstd (dy - mean(dy) - z mean(dy z)) with z = (x - mean) rstd. */
    void backward(
            Slice dx, Slice dy, Slice x, Slice mean, Slice rstd, int batch, int length, int channels, Execution on);
}
