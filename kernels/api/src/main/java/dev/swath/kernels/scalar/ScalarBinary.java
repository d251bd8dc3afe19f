package dev.swath.kernels.scalar;

import dev.swath.kernels.BinaryKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;

/** {@code add}, {@code sub}, {@code mul}, {@code div}, the truth. */
final class ScalarBinary implements BinaryKernel {
    @Override
    public void forward(
            Slice y, Slice a, long[] aStrides, Slice b, long[] bStrides, Function f, int[] dims, Execution on) {
        walk(y, 0, a, 0, aStrides, b, 0, bStrides, f, dims, 0);
    }

    /** Returns where y goes on. */
    private static int walk(
            Slice y,
            int iy,
            Slice a,
            int ia,
            long[] aStrides,
            Slice b,
            int ib,
            long[] bStrides,
            Function f,
            int[] dims,
            int axis) {
        if (axis == dims.length) {
            double u = a.get(ia);
            double v = b.get(ib);
            y.set(
                    iy,
                    switch (f) {
                        case ADD -> u + v;
                        case SUB -> u - v;
                        case MUL -> u * v;
                        case DIV -> u / v;
                    });
            return iy + 1;
        }
        for (int i = 0; i < dims[axis]; i++) {
            iy = walk(
                    y,
                    iy,
                    a,
                    (int) (ia + i * aStrides[axis]),
                    aStrides,
                    b,
                    (int) (ib + i * bStrides[axis]),
                    bStrides,
                    f,
                    dims,
                    axis + 1);
        }
        return iy;
    }
}
