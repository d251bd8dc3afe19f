package dev.swath.kernels;

/** Pointwise functions ({@code unary}). */
public interface UnaryKernel extends Kernel {
    /** y[i] = f(x[i]) for i below n. y may be x. */
    void forward(Slice y, Slice x, Activation f, int n, Execution on);

    /** dx[i] = dy[i] f'(x[i]) for i below n (=). dx may be dy. */
    void backward(Slice dx, Slice dy, Slice x, Activation f, int n, Execution on);
}
