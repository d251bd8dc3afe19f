package dev.swath.tensor;

/**
 * A run of elements of one type, addressed from 0, without shape. Tensors are views of storages, and kernels see
 * storages and offsets only.
 */
public abstract sealed class Storage permits HostStorage, OpaqueStorage {
    private final DType dtype;
    private final long size;

    Storage(DType dtype, long size) {
        this.dtype = dtype;
        this.size = size;
    }

    /** The element type. */
    public final DType dtype() {
        return dtype;
    }

    /** Number of elements. */
    public final long size() {
        return size;
    }

    /** Where the elements live. */
    public abstract Device device();
}
