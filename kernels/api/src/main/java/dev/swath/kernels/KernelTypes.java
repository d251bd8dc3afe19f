package dev.swath.kernels;

import dev.swath.tensor.DType;

/**
 * The element types of one call of a kernel. Most calls have one for all; with bf16 activations the parameters may stay
 * f32, and what is saved for the backward pass (means, deviations, sums of exponentials) is f32 always. Where a sum over many
 * layers is kept in f32 and what is added to it is computed in bf16, a layer norm reads f32 and gives bf16, and products and
 * additions read bf16 and give f32.
 *
 * @param x of the activations that are read, and their gradients
 * @param y of the result and its gradient, and of what it is added to; mostly x
 * @param parameters of weights and biases and their gradients
 * @param saved of what the forward pass keeps for the backward pass besides activations
 */
public record KernelTypes(DType x, DType y, DType parameters, DType saved) {
    /** One type for activations and parameters. */
    public static KernelTypes of(DType type) {
        return of(type, type);
    }

    /** These types, and what is saved in {@link #savedFor}. */
    public static KernelTypes of(DType x, DType parameters) {
        return new KernelTypes(x, x, parameters, savedFor(x));
    }

    /** The same with results of another type. */
    public KernelTypes to(DType result) {
        return new KernelTypes(x, result, parameters, saved);
    }

    /** f64 for f64, else f32. */
    public static DType savedFor(DType x) {
        return x == DType.F64 ? DType.F64 : DType.F32;
    }

    /** Whether all are that type. */
    public boolean all(DType type) {
        return x == type && y == type && parameters == type && saved == type;
    }

    /** {@code f32}, {@code bf16 with f32 parameters}, or {@code f32 to bf16 with f32 parameters}. */
    @Override
    public String toString() {
        String activations = x == y ? x.toString() : x + " to " + y;
        return x == y && x == parameters ? activations : activations + " with " + parameters + " parameters";
    }
}
