package dev.swath.kernels.cuda;

import dev.swath.kernels.Slice;

/** In what units elements are moved that are not computed with: 16 bytes at most, one element at least. */
final class Units {
    private static final int MOST = 16;

    private Units() {}

    /** The largest power of two of bytes that divides the length and both addresses. */
    static int of(int elementBytes, long length, Slice a, Slice b) {
        return of(elementBytes, length | a.offset() * (long) elementBytes | b.offset() * (long) elementBytes);
    }

    /** The largest power of two of bytes that divides every number whose bits are in {@code all}. */
    static int of(int elementBytes, long all) {
        int unit = MOST;
        while (unit > elementBytes && all % unit != 0) {
            unit /= 2;
        }
        return unit;
    }
}
