package dev.swath.kernels;

/**
 * Pointwise functions of two arguments that broadcast by strides ({@code add}, {@code mul}, ...). Of {@link KernelTypes}, x is that of b and
 * y that of a and of the result.
 */
public interface BinaryKernel extends Kernel {
    /** The functions. */
    enum Function {
        /** a + b. */
        ADD,
        /** a - b. */
        SUB,
        /** a b. */
        MUL,
        /** a / b. */
        DIV
    }

    /**
     * y = f(a, b). y is dense with extents {@code dims}; a and b are read at their own strides (0 repeats an axis). y may
     * be a or b where that one is dense too.
     */
    void forward(Slice y, Slice a, long[] aStrides, Slice b, long[] bStrides, Function f, int[] dims, Execution on);
}
