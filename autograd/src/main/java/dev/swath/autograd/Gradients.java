package dev.swath.autograd;

import dev.swath.tensor.Tensor;

/** Where a {@link Backward} puts the gradients of the op's inputs, named by their position. */
public interface Gradients {
    /** Whether input {@code i} wants a gradient; the others need not be computed. */
    boolean wants(int i);

    /** A tensor like input {@code i} with undefined elements, to be overwritten (=); the tape adds it where it belongs. */
    Tensor overwrite(int i);

    /** The gradient of input {@code i} so far, zero at first, to be added to (+=). */
    Tensor accumulate(int i);

    /** Makes a tensor that was allocated by the tape, and that nobody else holds, the gradient of input {@code i} or adds it. */
    void hand(int i, Tensor gradient);

    /** Adds a gradient that exists already, of the shape of input {@code i}; it is not kept. */
    void add(int i, Tensor gradient);
}
