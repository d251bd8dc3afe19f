package dev.swath.kernels;

import dev.swath.tensor.DType;

/** Floating-point numbers in another element type ({@code cast}), rounded to the nearest, to even. */
public interface CastKernel extends Kernel {
    /** The types by which a backend is asked for the kernel: x of the result, parameters of what is read. */
    static KernelTypes types(DType to, DType from) {
        return KernelTypes.of(to, from);
    }

    /** y[i] = x[i] for i below n, both dense. */
    void cast(Slice y, Slice x, long n, Execution on);
}
