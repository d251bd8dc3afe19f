package dev.swath.tensor;

/**
 * Elements that only their backend can read: device memory, or a weight packed into the order in which a kernel wants
 * it. A tensor over such a storage is always contiguous and whole; it cannot be sliced or read element by element.
 */
public abstract non-sealed class OpaqueStorage extends Storage {
    /** For {@code size} elements of {@code dtype}. */
    protected OpaqueStorage(DType dtype, long size) {
        super(dtype, size);
    }

    /** A readable row-major copy in processor memory. */
    public abstract HostStorage toHost();
}
