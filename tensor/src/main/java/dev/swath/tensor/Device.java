package dev.swath.tensor;

/**
 * Where a tensor's elements live.
 *
 * @param kind the kind of memory
 * @param index which of several, from 0
 */
public record Device(Kind kind, int index) {
    /** The kinds of memory. */
    public enum Kind {
        /** Java arrays or native memory that the processor reads. */
        CPU,
        /** An NVIDIA device. */
        CUDA,
        /** No memory at all: only shapes are followed, as {@code summary} does. */
        META
    }

    /** The processor's own memory. */
    public static final Device CPU = new Device(Kind.CPU, 0);

    /** No memory: shapes alone. */
    public static final Device META = new Device(Kind.META, 0);

    @Override
    public String toString() {
        return kind == Kind.CUDA ? "cuda:" + index : kind == Kind.CPU ? "cpu" : "meta";
    }
}
