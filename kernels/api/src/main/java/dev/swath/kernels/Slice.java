package dev.swath.kernels;

import dev.swath.tensor.AbsentStorage;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.PackedStorage;
import dev.swath.tensor.Storage;
import dev.swath.tensor.Tensor;
import dev.swath.tensor.TensorException;

/** A storage from one element on: the operand of a kernel. */
public final class Slice {
    private final Storage storage;
    private final int offset;
    private final float[] floats;
    private final double[] doubles;

    private Slice(Storage storage, long offset) {
        this.storage = storage;
        this.offset = Math.toIntExact(offset);
        this.floats = storage instanceof HostStorage.Floats f ? f.array() : NO_FLOATS;
        this.doubles = storage instanceof HostStorage.Doubles d ? d.array() : NO_DOUBLES;
    }

    private static final float[] NO_FLOATS = {};
    private static final double[] NO_DOUBLES = {};

    /** The storage from element {@code offset} on. */
    public static Slice of(Storage storage, long offset) {
        return new Slice(storage, offset);
    }

    /** The tensor's storage from its first element on. The caller answers for strides. */
    public static Slice of(Tensor tensor) {
        return new Slice(tensor.storage(), tensor.offset());
    }

    /** The same storage, {@code elements} further on. */
    public Slice plus(long elements) {
        return new Slice(storage, offset + elements);
    }

    /** The storage. */
    public Storage storage() {
        return storage;
    }

    /** Index of element 0 in the storage. */
    public int offset() {
        return offset;
    }

    /** The f32 array behind it; element i is at {@code offset() + i}. Throws if the elements are something else. */
    public float[] floats() {
        if (storage instanceof HostStorage.Floats) {
            return floats;
        }
        throw storage instanceof HostStorage
                ? new TensorException("kernel", "the operand must be f32 in a Java array", got())
                : unreadable();
    }

    /** Element i of a slice of floating-point numbers in processor memory. */
    public double get(int i) {
        if (floats != NO_FLOATS) {
            return floats[offset + i];
        }
        return doubles != NO_DOUBLES ? doubles[offset + i] : host().getDouble(offset + (long) i);
    }

    /** Sets element i of a slice of floating-point numbers in processor memory, rounded to its type. */
    public void set(int i, double value) {
        if (floats != NO_FLOATS) {
            floats[offset + i] = (float) value;
        } else if (doubles != NO_DOUBLES) {
            doubles[offset + i] = value;
        } else {
            host().setDouble(offset + (long) i, value);
        }
    }

    /** Adds to element i of a slice of floating-point numbers in processor memory. */
    public void add(int i, double value) {
        set(i, get(i) + value);
    }

    /** Element i of a slice of integers in processor memory. */
    public long getLong(int i) {
        return host().getLong(offset + (long) i);
    }

    /** Sets element i of a slice of integers in processor memory. */
    public void setLong(int i, long value) {
        host().setLong(offset + (long) i, value);
    }

    private HostStorage host() {
        if (storage instanceof HostStorage host) {
            return host;
        }
        throw unreadable();
    }

    private TensorException unreadable() {
        return switch (storage) {
            case AbsentStorage absent ->
                new TensorException("kernel", absent.reason().rule(), storage.dtype() + " without elements");
            case PackedStorage _ ->
                new TensorException(
                        "kernel",
                        "a packed weight is read by the kernel that packed it only; take a copy, which is in row-major"
                                + " order",
                        storage.dtype() + " packed on " + storage.device());
            default -> new TensorException("kernel", "a processor kernel reads elements in processor memory", got());
        };
    }

    private String got() {
        return storage.dtype() + " on " + storage.device();
    }
}
