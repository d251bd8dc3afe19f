package dev.swath.kernels.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Extents with the strides of two operands, in elements, outermost first: what strided kernels walk over.
 *
 * @param extents none is 1, unless it is the only one
 * @param first strides of the first operand
 * @param second strides of the second operand
 */
record Axes(int[] extents, long[] first, long[] second) {
    /** The most axes that a kernel takes. */
    static final int MOST = 8;

    /** Leaves out axes of one element, and joins axes that lie together in both operands: most walks have one or two. */
    static Axes of(int[] dims, long[] first, long[] second) {
        int[] n = new int[dims.length + 1];
        long[] a = new long[dims.length + 1];
        long[] b = new long[dims.length + 1];
        int rank = 0;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] == 1) {
                continue;
            }
            int last = rank - 1;
            boolean together = rank > 0
                    && a[last] == first[i] * dims[i]
                    && b[last] == second[i] * dims[i]
                    && (long) n[last] * dims[i] <= Integer.MAX_VALUE;
            int at = together ? last : rank++;
            n[at] = together ? n[at] * dims[i] : dims[i];
            a[at] = first[i];
            b[at] = second[i];
        }
        if (rank == 0) {
            n[0] = 1;
            a[0] = 1;
            b[0] = 1;
            rank = 1;
        }
        return new Axes(Arrays.copyOf(n, rank), Arrays.copyOf(a, rank), Arrays.copyOf(b, rank));
    }

    /** The same with the axes in the order in which they lie in the first operand. */
    static Axes ordered(int[] dims, long[] first, long[] second) {
        int[] order = IntStream.range(0, dims.length)
                .boxed()
                .sorted(Comparator.comparingLong((Integer i) -> -first[i]).thenComparingLong(i -> -second[i]))
                .mapToInt(i -> i)
                .toArray();
        return of(
                IntStream.of(order).map(i -> dims[i]).toArray(),
                IntStream.of(order).mapToLong(i -> first[i]).toArray(),
                IntStream.of(order).mapToLong(i -> second[i]).toArray());
    }

    /** Whether the last axis is dense in both. */
    boolean runs() {
        return first[last()] == 1 && second[last()] == 1;
    }

    /** The axis along which the second operand is dense, or -1. */
    int denseInSecond() {
        for (int i = 0; i < rank(); i++) {
            if (second[i] == 1) {
                return i;
            }
        }
        return -1;
    }

    /** Whether the last extent and all strides but the last are multiples of a unit. */
    boolean whole(int unit) {
        boolean whole = extents[last()] % unit == 0;
        for (int i = 0; i < last(); i++) {
            whole &= first[i] % unit == 0 && second[i] % unit == 0;
        }
        return whole;
    }

    /** The same walk where the last axis goes by units of that many elements, and so do all strides. */
    Axes inUnits(int elements) {
        int[] n = extents.clone();
        n[last()] /= elements;
        return new Axes(n, scaled(first, elements), scaled(second, elements));
    }

    private static long[] scaled(long[] strides, int elements) {
        long[] s = new long[strides.length];
        for (int i = 0; i < s.length - 1; i++) {
            s[i] = strides[i] / elements;
        }
        s[s.length - 1] = 1;
        return s;
    }

    /** The walk without two of its axes. */
    Axes without(int a, int b) {
        int[] left = IntStream.range(0, rank()).filter(i -> i != a && i != b).toArray();
        return of(
                IntStream.of(left).map(i -> extents[i]).toArray(),
                IntStream.of(left).mapToLong(i -> first[i]).toArray(),
                IntStream.of(left).mapToLong(i -> second[i]).toArray());
    }

    int rank() {
        return extents.length;
    }

    int last() {
        return extents.length - 1;
    }

    /** Product of the extents. */
    long elements() {
        long n = 1;
        for (int d : extents) {
            n *= d;
        }
        return n;
    }

    /** All axes but the outermost. */
    Axes inner() {
        return new Axes(
                Arrays.copyOfRange(extents, 1, rank()),
                Arrays.copyOfRange(first, 1, rank()),
                Arrays.copyOfRange(second, 1, rank()));
    }

    /** The structure that the kernels take by value: rank, extents, strides of the first, strides of the second. */
    MemorySegment structure() {
        MemorySegment s = MemorySegment.ofArray(new byte[40 + 16 * MOST]);
        s.set(ValueLayout.JAVA_INT_UNALIGNED, 0, rank());
        for (int i = 0; i < rank(); i++) {
            s.set(ValueLayout.JAVA_INT_UNALIGNED, 4 + 4L * i, extents[i]);
            s.set(ValueLayout.JAVA_LONG_UNALIGNED, 40 + 8L * i, first[i]);
            s.set(ValueLayout.JAVA_LONG_UNALIGNED, 40 + 8L * (MOST + i), second[i]);
        }
        return s;
    }
}
