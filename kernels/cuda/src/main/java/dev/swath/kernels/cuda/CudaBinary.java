package dev.swath.kernels.cuda;

import dev.swath.kernels.BinaryKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;

/** {@code binary.cu}. */
final class CudaBinary implements BinaryKernel {
    private final String type;
    private final int unit;

    CudaBinary(String types) {
        this.type = Blocks.activations(types);
        this.unit = Blocks.wide(types);
    }

    @Override
    public void forward(
            Slice y, Slice a, long[] aStrides, Slice b, long[] bStrides, Function f, int[] dims, Execution on) {
        forward(y, a, b, Axes.of(dims, aStrides, bStrides), f, on);
    }

    private void forward(Slice y, Slice a, Slice b, Axes axes, Function f, Execution on) {
        if (axes.rank() > Axes.MOST) {
            Axes inner = axes.inner();
            for (int i = 0; i < axes.extents()[0]; i++) {
                forward(
                        y.plus(i * inner.elements()),
                        a.plus(i * axes.first()[0]),
                        b.plus(i * axes.second()[0]),
                        inner,
                        f,
                        on);
            }
            return;
        }
        long n = axes.elements();
        boolean wide = Blocks.aligned(y)
                && axes.extents()[axes.last()] % unit == 0
                && whole(a, axes.first())
                && whole(b, axes.second());
        CudaExecution.of(on)
                .launch("binary", "binary_forward_" + type)
                .cover(n, Blocks.THREADS * (wide ? unit : 1))
                .block(Blocks.THREADS)
                .at(y)
                .at(a)
                .at(b)
                .bytes(axes.structure())
                .i32(f.ordinal())
                .i32(wide ? 1 : 0)
                .i64(n)
                .run();
    }

    /** Whether units along the last axis are whole and aligned, or one element each. */
    private boolean whole(Slice x, long[] strides) {
        int last = strides.length - 1;
        if (strides[last] == 0) {
            return true;
        }
        boolean whole = strides[last] == 1 && Blocks.aligned(x);
        for (int i = 0; i < last; i++) {
            whole &= strides[i] % unit == 0;
        }
        return whole;
    }
}
