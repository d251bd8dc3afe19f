package dev.swath.tensor;

/** Takes named tensors one by one, as a model does while it is loaded. One thread at a time. */
@FunctionalInterface
public interface TensorSink {
    /** Takes one tensor; the next call of {@link #memory} may use its array again unless the sink keeps it. */
    void accept(String name, Tensor value);

    /** An array of at least {@code elements} for the tensor that is about to be accepted under this name. */
    default float[] memory(String name, int elements) {
        return new float[elements];
    }
}
