package dev.swath.kernels.cuda;

import dev.swath.kernels.Slice;

/**
 * The types in a kernel's name.
 *
 * @param x of activations, {@code f32} or {@code bf16}
 * @param parameters of weights, biases and tables
 */
record Types(String x, String parameters) {
    /** Of {@code f32}, {@code bf16} or {@code bf16_f32}. */
    static Types of(String suffix) {
        int cut = suffix.indexOf('_');
        return cut < 0 ? new Types(suffix, suffix) : new Types(suffix.substring(0, cut), suffix.substring(cut + 1));
    }

    boolean isBf16() {
        return x.equals("bf16");
    }

    /** Whether all begin at multiples of 16 bytes, as loads of 16 bytes need it; memory itself begins so. */
    static boolean aligned(Iterable<Slice> slices) {
        for (Slice s : slices) {
            if ((long) s.offset() * s.storage().dtype().bytes() % 16 != 0) {
                return false;
            }
        }
        return true;
    }
}
