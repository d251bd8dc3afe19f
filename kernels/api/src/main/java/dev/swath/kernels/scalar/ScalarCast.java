package dev.swath.kernels.scalar;

import dev.swath.kernels.CastKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;

/** One element after another. */
final class ScalarCast implements CastKernel {
    @Override
    public void cast(Slice y, Slice x, long n, Execution on) {
        for (int i = 0; i < n; i++) {
            y.set(i, x.get(i));
        }
    }
}
