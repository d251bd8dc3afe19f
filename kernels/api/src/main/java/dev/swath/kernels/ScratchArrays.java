package dev.swath.kernels;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Arrays that processor kernels borrow for the length of one task, so that hot calls neither allocate nor zero them. Held by
 * a backend and shared by its executions; thread-safe; never keeps more than {@value #SLOTS} arrays of at most {@value
 * #MANY} floats and {@value #LARGE_SLOTS} of at most {@value #LARGEST}.
 */
public final class ScratchArrays {
    private static final int SLOTS = 64;
    private static final int MANY = 1 << 22;
    private static final int LARGE_SLOTS = 2;
    private static final int LARGEST = 1 << 24;
    private static final int SMALLEST = 1 << 10;

    private final AtomicReferenceArray<float @Nullable []> many = new AtomicReferenceArray<>(SLOTS);
    private final AtomicReferenceArray<float @Nullable []> large = new AtomicReferenceArray<>(LARGE_SLOTS);

    /** With nothing in it. */
    public ScratchArrays() {}

    /** An array of at least {@code size} floats of undefined content. Hand it back with {@link #give}. */
    public float[] take(int size) {
        int rounded = Math.max(SMALLEST, size <= LARGEST ? roundUp(size) : size);
        AtomicReferenceArray<float @Nullable []> slots = slots(rounded);
        for (int i = 0; i < slots.length(); i++) {
            float[] a = slots.get(i);
            // The same size class only: a small task must not hold the one large array that another will want.
            if (a != null && a.length == rounded && slots.compareAndSet(i, a, null)) {
                return a;
            }
        }
        return new float[rounded];
    }

    /** Takes back an array that {@link #take} gave; the caller must not touch it any more. */
    public void give(float[] array) {
        if (array.length > LARGEST) {
            return;
        }
        AtomicReferenceArray<float @Nullable []> slots = slots(array.length);
        for (int i = 0; i < slots.length(); i++) {
            if (slots.get(i) == null && slots.compareAndSet(i, null, array)) {
                return;
            }
        }
    }

    private AtomicReferenceArray<float @Nullable []> slots(int length) {
        return length <= MANY ? many : large;
    }

    private static int roundUp(int size) {
        int high = Integer.highestOneBit(Math.max(1, size - 1));
        // Four classes an octave, so that at most a fifth is wasted.
        int step = Math.max(1, high / 4);
        return Math.ceilDiv(size, step) * step;
    }
}
