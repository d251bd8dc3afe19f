package dev.swath.kernels;

import dev.swath.tensor.DType;
import java.util.Locale;

/**
 * How exactly a pass computes. Weights, statistics, sums and losses are f32 in each. {@code docs/precision.md} tells what is
 * rounded in {@link #BF16}, and what that costs in exactness.
 */
public enum Precision {
    /** f32 throughout. */
    F32,
    /** f32, but a device may round the operands of products to 10 bits of mantissa; elsewhere the same as {@link #F32}. */
    TF32,
    /**
     * Activations of the image are bf16: half the memory, and on a device the tensor cores' full speed. What they are added to over
     * many layers is f32; so are the sentence's, and there the same as {@link #TF32}.
     */
    BF16;

    /** The element type of activations in place of {@code given}. */
    public DType activations(DType given) {
        return this == BF16 && given == DType.F32 ? DType.BF16 : given;
    }

    /** The element type of what activations of type {@code given} are added to over many layers. */
    public DType sums(DType given) {
        return this == BF16 && given == DType.BF16 ? DType.F32 : given;
    }

    /** {@code f32}, {@code tf32}, {@code bf16}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
