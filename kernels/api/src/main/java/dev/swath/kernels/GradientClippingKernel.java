package dev.swath.kernels;

import java.util.List;

/** The common Euclidean norm of gradients, and their scaling by it ({@code gradient_clipping}; Pascanu et al. 2013). */
public interface GradientClippingKernel extends Kernel {
    /**
     * norm = sqrt(sum of the squares of all elements), summed in f64 within each gradient, then over the gradients in order.
     *
     * @param norm f64 (1), =
     * @param n elements of each gradient
     */
    void norm(Slice norm, List<Slice> gradients, int[] n, Execution on);

    /** gradient *= maxNorm / norm for all gradients if norm is greater than maxNorm; norm is read from memory. */
    void scale(List<Slice> gradients, int[] n, Slice norm, double maxNorm, Execution on);
}
