package dev.swath.tensor;

/**
 * A weight in the order in which a kernel reads it fastest. It is whole: the only tensors over it have all its elements in
 * row-major order, so a reshape is possible, a slice or a permutation is not. It can be turned back.
 */
public abstract non-sealed class PackedStorage extends Storage {
    private final Device device;

    /** For a weight of {@code size} elements of {@code dtype}, packed in the memory of the device. */
    protected PackedStorage(DType dtype, long size, Device device) {
        super(dtype, size);
        this.device = device;
    }

    @Override
    public final Device device() {
        return device;
    }

    @Override
    final String where() {
        return "packed on " + device;
    }

    /** The elements in row-major order, copied to processor memory. */
    public abstract HostStorage unpack();
}
