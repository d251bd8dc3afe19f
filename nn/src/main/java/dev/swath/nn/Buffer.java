package dev.swath.nn;

import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;

/** A tensor of a module that is saved but not trained: running statistics, index tables. */
public final class Buffer {
    private Tensor value;

    Buffer(Tensor value) {
        this.value = value;
    }

    /** The elements. */
    public Tensor value() {
        return value;
    }

    /** The extents. */
    public Shape shape() {
        return value.shape();
    }

    /** Replaces the elements by a copy in the buffer's own element type. */
    public void set(Tensor elements) {
        Tensor copy = Tensor.zeros(value.dtype(), value.shape());
        copy.copyFrom(elements);
        value = copy;
    }
}
