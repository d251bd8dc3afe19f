package dev.swath.kernels.scalar;

import dev.swath.kernels.CopyKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;

/** {@code copy}, the truth. */
final class ScalarCopy implements CopyKernel {
    @Override
    public void copy(Slice y, long[] yStrides, Slice x, long[] xStrides, int[] dims, Execution on) {
        walk(y, 0, yStrides, x, 0, xStrides, dims, 0, false);
    }

    @Override
    public void add(Slice y, long[] yStrides, Slice x, long[] xStrides, int[] dims, Execution on) {
        walk(y, 0, yStrides, x, 0, xStrides, dims, 0, true);
    }

    private static void walk(
            Slice y, int iy, long[] yStrides, Slice x, int ix, long[] xStrides, int[] dims, int axis, boolean add) {
        if (axis == dims.length) {
            if (add) {
                y.add(iy, x.get(ix));
            } else if (x.storage().dtype().isFloating()) {
                y.set(iy, x.get(ix));
            } else {
                y.setLong(iy, x.getLong(ix)); // A double does not hold every one.
            }
            return;
        }
        for (int i = 0; i < dims[axis]; i++) {
            walk(
                    y,
                    (int) (iy + i * yStrides[axis]),
                    yStrides,
                    x,
                    (int) (ix + i * xStrides[axis]),
                    xStrides,
                    dims,
                    axis + 1,
                    add);
        }
    }

    @Override
    public void fill(Slice y, double value, long n, Execution on) {
        for (int i = 0; i < n; i++) {
            y.set(i, value);
        }
    }
}
