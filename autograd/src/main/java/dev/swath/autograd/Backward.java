package dev.swath.autograd;

import dev.swath.tensor.Tensor;

/** The gradient of one recorded op. */
@FunctionalInterface
public interface Backward {
    /**
     * Turns the gradient of the op's output into those of its inputs.
     *
     * @param dOutput gradient of the output, contiguous, to be read only
     * @param gradients where the inputs' gradients go
     */
    void apply(Tensor dOutput, Gradients gradients);
}
