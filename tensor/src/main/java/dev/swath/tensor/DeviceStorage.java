package dev.swath.tensor;

/**
 * Elements in the memory of a device. Views with any offset and strides may be taken of it, as of processor memory, but
 * its elements are not read one by one: they are copied in runs, by the backend that owns the memory, and every such copy
 * is counted by it ({@code Backend.transfers}).
 */
public abstract non-sealed class DeviceStorage extends Storage {
    private final Device device;

    /** For {@code size} elements of {@code dtype} on the device. */
    protected DeviceStorage(DType dtype, long size, Device device) {
        super(dtype, size);
        this.device = device;
    }

    @Override
    public final Device device() {
        return device;
    }

    @Override
    final String where() {
        return "on " + device;
    }

    /**
     * Copies {@code count} elements from {@code from} on into {@code target} of the same type from {@code at} on, once the
     * work that was given to the device before is done.
     */
    public abstract void read(long from, HostStorage target, long at, long count);

    /** Copies {@code count} elements of {@code source} of the same type from {@code from} on to {@code at} on. */
    public abstract void write(HostStorage source, long from, long at, long count);

    /** The same bytes as {@code size} elements of another type, which must fit; it lives as long as this storage. */
    public abstract DeviceStorage as(DType type, long size);
}
