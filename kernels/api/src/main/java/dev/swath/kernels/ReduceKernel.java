package dev.swath.kernels;

/** Sums, means and maxima over one axis ({@code reduce}). x is seen as (outer, axis, inner), y as (outer, inner). */
public interface ReduceKernel extends Kernel {
    /** What is taken of the axis. */
    enum Function {
        /** The sum. */
        SUM,
        /** The arithmetic mean. */
        MEAN,
        /** The greatest element. */
        MAX
    }

    /** y[o, i] = f over a of x[o, a, i]. */
    void forward(Slice y, Slice x, Function f, int outer, int axis, int inner, Execution on);

    /**
     * dx[o, a, i] (=): dy[o, i] for a sum, divided by {@code axis} for a mean; for a maximum it goes to the first greatest
     * element, the others get 0.
     */
    void backward(Slice dx, Slice dy, Slice x, Slice y, Function f, int outer, int axis, int inner, Execution on);
}
