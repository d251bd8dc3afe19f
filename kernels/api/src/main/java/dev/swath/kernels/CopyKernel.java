package dev.swath.kernels;

import java.util.List;

/** Strided copies: permute, slice, concatenate, pad and roll are made of them ({@code copy}). */
public interface CopyKernel extends Kernel {
    /** y[i] = x[i] over the extents {@code dims}, each side at its own strides. */
    void copy(Slice y, long[] yStrides, Slice x, long[] xStrides, int[] dims, Execution on);

    /** y[i] += x[i] over the extents {@code dims}, each side at its own strides. */
    void add(Slice y, long[] yStrides, Slice x, long[] xStrides, int[] dims, Execution on);

    /** y[i] = value for i below n. */
    void fill(Slice y, double value, long n, Execution on);

    /**
     * The same for many: on a device in one launch.
     *
     * @param n elements of each
     */
    default void fillAll(List<Slice> y, double value, int[] n, Execution on) {
        for (int i = 0; i < n.length; i++) {
            fill(y.get(i), value, n[i], on);
        }
    }
}
