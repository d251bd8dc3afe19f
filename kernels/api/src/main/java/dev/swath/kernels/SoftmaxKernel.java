package dev.swath.kernels;

/** Softmax and log-softmax of each row ({@code softmax}). */
public interface SoftmaxKernel extends Kernel {
    /** y[r, c] = exp(x[r, c] - max) / sum, or its logarithm. y may be x. */
    void forward(Slice y, Slice x, boolean log, int rows, int columns, Execution on);

    /** dx (=) from the output y: y (dy - sum(dy y)), or dy - exp(y) sum(dy) for the logarithm. */
    void backward(Slice dx, Slice dy, Slice y, boolean log, int rows, int columns, Execution on);
}
