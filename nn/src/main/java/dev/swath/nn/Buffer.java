package dev.swath.nn;

import dev.swath.kernels.Backend;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A tensor of a module that is saved but not trained: running statistics, index tables. */
public final class Buffer {
    private Tensor value;
    private @Nullable Backend home;

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

    /** Replaces the elements by a copy in the buffer's own element type, where the buffer is. */
    public void set(Tensor elements) {
        Tensor copy = Tensor.zeros(value.dtype(), value.shape());
        copy.copyFrom(elements);
        value = home == null ? copy : home.upload(copy);
    }

    /** Moves the elements into the memory of the backend. */
    void to(Backend backend) {
        home = backend;
        value = Parameter.moved(value, backend);
    }
}
