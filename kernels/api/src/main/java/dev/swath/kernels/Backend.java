package dev.swath.kernels;

import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.Storage;

/** A set of kernels for one kind of memory. Thread-safe. */
public interface Backend {
    /** {@code scalar}, {@code vector}, {@code cuda}, ... */
    String name();

    /** One line for people: what it runs on, such as the vector width. */
    String description();

    /** Where its kernels want their operands. */
    Device device();

    /**
     * The kernel of that kind for that element type.
     *
     * @throws UnsupportedOperationException if there is none; the message names the kernel, the type and the backend
     */
    <K extends Kernel> K kernel(Class<K> kind, DType dtype);

    /** A fresh storage on its device. The elements are undefined. */
    Storage allocate(DType dtype, long elements);
}
