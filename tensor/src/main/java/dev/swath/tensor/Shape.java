package dev.swath.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The extents of a tensor's axes, outermost first. Immutable; the scalar shape has rank 0. */
public final class Shape {
    private final int[] dims;
    private final long elements;

    private Shape(int[] dims) {
        long n = 1;
        for (int d : dims) {
            if (d < 0) {
                throw new TensorException("shape", "extents must not be negative", Arrays.toString(dims));
            }
            try {
                n = Math.multiplyExact(n, (long) d);
            } catch (ArithmeticException e) {
                throw new TensorException("shape", "the number of elements must fit 63 bits", Arrays.toString(dims));
            }
        }
        this.dims = dims;
        this.elements = n;
    }

    /** The shape with these extents. */
    public static Shape of(int... dims) {
        return new Shape(dims.clone());
    }

    /** Number of axes. */
    public int rank() {
        return dims.length;
    }

    /** Extent of one axis; a negative axis counts from the end. */
    public int dim(int axis) {
        return dims[axis(axis)];
    }

    /** The axis as a number from 0 to rank-1; a negative axis counts from the end. */
    public int axis(int axis) {
        int a = axis < 0 ? axis + dims.length : axis;
        if (a < 0 || a >= dims.length) {
            throw new TensorException(
                    "shape", "axis must lie in [-" + dims.length + ", " + dims.length + ")", axis + " for " + this);
        }
        return a;
    }

    /** Number of elements. */
    public long elements() {
        return elements;
    }

    /** Product of the extents of the axes {@code from} (inclusive) to {@code to} (exclusive). */
    public int product(int from, int to) {
        long n = 1;
        for (int i = from; i < to; i++) {
            n *= dims[i];
        }
        return Math.toIntExact(n);
    }

    /** The extents, copied. */
    public int[] dims() {
        return dims.clone();
    }

    /** This shape with one extent replaced. */
    public Shape with(int axis, int extent) {
        int[] d = dims.clone();
        d[axis(axis)] = extent;
        return new Shape(d);
    }

    /** Strides, in elements, of a row-major tensor of this shape. */
    public long[] rowMajorStrides() {
        long[] strides = new long[dims.length];
        long s = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = s;
            s *= Math.max(dims[i], 1);
        }
        return strides;
    }

    /** The shape that both broadcast to: aligned at the last axis, extents equal or 1. */
    public static Shape broadcast(Shape a, Shape b) {
        int rank = Math.max(a.rank(), b.rank());
        int[] out = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int x = i <= a.rank() ? a.dims[a.rank() - i] : 1;
            int y = i <= b.rank() ? b.dims[b.rank() - i] : 1;
            if (x != y && x != 1 && y != 1) {
                throw new TensorException(
                        "broadcast", "extents must agree or be 1, from the last axis on", a + " and " + b);
            }
            out[rank - i] = x == 1 ? y : x;
        }
        return new Shape(out);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Shape s && Arrays.equals(dims, s.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** Reads like {@code [8, 64, 768]}. */
    @Override
    public String toString() {
        return Arrays.stream(dims).mapToObj(Integer::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
