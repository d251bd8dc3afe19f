package dev.swath.kernels;

import org.jspecify.annotations.Nullable;

/** Standardises each channel over all rows, B H W of them ({@code batch_norm}). */
public interface BatchNormKernel extends Kernel {
    /** mean and biased variance (C) of x (rows, C). */
    void statistics(Slice mean, Slice variance, Slice x, int rows, int channels, Execution on);

    /**
     * Moves the running statistics after a batch of that many rows: running = (1 - momentum) running + momentum batch, with
     * the unbiased variance, and batches += 1.
     *
     * @param runningMean (C)
     * @param runningVariance (C)
     * @param batches i64 (1), or null
     */
    void track(
            Slice runningMean,
            Slice runningVariance,
            @Nullable Slice batches,
            Slice mean,
            Slice variance,
            double momentum,
            int rows,
            int channels,
            Execution on);

    /**
     * y = f((x - mean) / sqrt(variance + eps) weight + bias); y may be x.
     *
     * @param f {@link Activation#IDENTITY} or {@link Activation#RELU}
     */
    void forward(
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
            Execution on);

    /**
     * dx (=, or null), dWeight (+=, or null), dBias (+=, or null).
     *
     * @param f as forwards; where ReLU let a value through is worked out again from x
     * @param batchStatistics whether mean and variance were those of x, so that the gradient flows through them too
     */
    void backward(
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
            Execution on);
}
