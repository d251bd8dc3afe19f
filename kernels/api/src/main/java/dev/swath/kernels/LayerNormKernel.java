package dev.swath.kernels;

import org.jspecify.annotations.Nullable;

/**
 * Standardises each row by its mean and biased variance, then scales and shifts ({@code layer_norm}). Of {@link KernelTypes}, x is that of x and
 * dx, y that of y and dy.
 */
public interface LayerNormKernel extends Kernel {
    /**
     * y = (x - mean) rstd weight + bias with rstd = 1 / sqrt(variance + eps).
     *
     * @param y (rows, columns)
     * @param mean (rows), or null if no backward follows
     * @param rstd (rows), or null if no backward follows
     * @param x (rows, columns)
     * @param weight (columns)
     * @param bias (columns)
     */
    void forward(
            Slice y,
            @Nullable Slice mean,
            @Nullable Slice rstd,
            Slice x,
            Slice weight,
            Slice bias,
            double eps,
            int rows,
            int columns,
            Execution on);

    /** dx (=, or null), dWeight (+=, or null), dBias (+=, or null). */
    void backward(
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
            Execution on);
}
