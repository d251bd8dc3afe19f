package dev.swath.kernels;

import dev.swath.tensor.Storage;
import org.jspecify.annotations.Nullable;

/** Matrix products ({@code matmul}, {@code linear}). */
public interface GemmKernel extends Kernel {
    /**
     * C = A B, or C += A B. Element (i, j) of a matrix X is at {@code i * rowX + j * colX} of its slice, so any transpose
     * is a choice of strides. C has unit column stride.
     *
     * @param m rows of C
     * @param n columns of C
     * @param k columns of A, rows of B
     */
    void multiply(
            Slice c,
            long rowC,
            Slice a,
            long rowA,
            long colA,
            Slice b,
            long rowB,
            long colB,
            int m,
            int n,
            int k,
            boolean accumulate,
            Parallelism p);

    /**
     * y = f(x W^T + bias) + residual: the fully connected layer with what commonly follows it.
     *
     * @param y (m, n) at row stride {@code rowY}
     * @param x (m, k) at row stride {@code rowX}
     * @param weight (n, k) row-major, or what {@link #pack} made of it
     * @param bias (n) or null
     * @param f applied after the bias
     * @param residual (m, n) at row stride {@code rowY}, added last, or null; may be y
     */
    void linear(
            Slice y,
            long rowY,
            Slice x,
            long rowX,
            Slice weight,
            @Nullable Slice bias,
            Activation f,
            @Nullable Slice residual,
            int m,
            int n,
            int k,
            Parallelism p);

    /**
     * The (n, k) row-major weight in the order in which {@link #linear} reads it fastest: an
     * {@link dev.swath.tensor.OpaqueStorage} that replaces the weight (it can be turned back), or the same storage if this
     * backend wants nothing else.
     */
    Storage pack(Slice weight, int n, int k);
}
