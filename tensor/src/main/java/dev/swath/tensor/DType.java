package dev.swath.tensor;

import java.util.Locale;

/** The element types. Arithmetic is done in {@link #F32}, and in {@link #F64} by the scalar kernels; the rest is storage. */
public enum DType {
    /** IEEE 754 binary32. */
    F32(4, true),
    /** IEEE 754 binary64. */
    F64(8, true),
    /** IEEE 754 binary16. */
    F16(2, true),
    /** The upper half of a binary32. */
    BF16(2, true),
    /** Signed 64-bit integer. */
    I64(8, false),
    /** Signed 32-bit integer. */
    I32(4, false),
    /** Signed 16-bit integer. */
    I16(2, false),
    /** Signed 8-bit integer. */
    I8(1, false),
    /** Unsigned 8-bit integer. */
    U8(1, false),
    /** One byte, 0 or 1. */
    BOOL(1, false);

    private final int bytes;
    private final boolean floating;

    DType(int bytes, boolean floating) {
        this.bytes = bytes;
        this.floating = floating;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Whether the elements are floating-point numbers, and so may carry gradients. */
    public boolean isFloating() {
        return floating;
    }

    /** The name as it is printed: {@code f32}, {@code bf16}, {@code i64}, ... */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
