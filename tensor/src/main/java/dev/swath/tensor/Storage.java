package dev.swath.tensor;

/**
 * A run of elements of one type, addressed from 0, without shape. Tensors are views of storages, and kernels see
 * storages and offsets only. There are four kinds: what the processor reads element by element, what a device holds, a
 * weight in a kernel's own order, and nothing at all.
 */
public abstract sealed class Storage permits HostStorage, DeviceStorage, PackedStorage, AbsentStorage {
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

    /** Bytes of all elements. */
    public final long bytes() {
        return size * dtype.bytes();
    }

    /** Where the elements live. */
    public abstract Device device();

    /** For messages, after a shape: {@code on cpu}, {@code on cuda:0}, {@code packed on cpu}, {@code without elements}. */
    abstract String where();
}
