package dev.swath.kernels;

import dev.swath.tensor.DType;

/**
 * The element types of one call of a kernel. Most calls have one for all; with bf16 activations the parameters may stay
 * f32, and what is saved for the backward pass (means, deviations, sums of exponentials) is f32 always.
 *
 * @param x of the activations: inputs, results and their gradients
 * @param parameters of weights and biases and their gradients
 * @param saved of what the forward pass keeps for the backward pass besides activations
 */
public record KernelTypes(DType x, DType parameters, DType saved) {
    /** One type for activations and parameters. */
    public static KernelTypes of(DType type) {
        return of(type, type);
    }

    /** These types, and what is saved in {@link #savedFor}. */
    public static KernelTypes of(DType x, DType parameters) {
        return new KernelTypes(x, parameters, savedFor(x));
    }

    /** f64 for f64, else f32. */
    public static DType savedFor(DType x) {
        return x == DType.F64 ? DType.F64 : DType.F32;
    }

    /** Whether all three are that type. */
    public boolean all(DType type) {
        return x == type && parameters == type && saved == type;
    }

    /** {@code f32}, or {@code bf16 with f32 parameters}. */
    @Override
    public String toString() {
        return x == parameters ? x.toString() : x + " with " + parameters + " parameters";
    }
}
