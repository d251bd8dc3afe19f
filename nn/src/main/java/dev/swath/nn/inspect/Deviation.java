package dev.swath.nn.inspect;

import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;

/**
 * How far a tensor is from another one of its name.
 *
 * @param name of both
 * @param shape of the one that was found
 * @param wanted shape of the one that it is held against
 * @param comparable whether they have the same extents, or the wanted one has its channels in front of the cells: (B, C, H, W) or (B, C,
 *     L), which is then read as (B, H, W, C) or (B, L, C)
 * @param largest max |got - wanted|; infinite if one of them is no number where the other is one, or if they cannot be compared
 * @param relative {@code largest} by max |wanted|, or {@code largest} itself where all of that is 0: what golden tests measure
 * @param norm the Euclidean norm of got - wanted by that of wanted, or that of the difference where all wanted are 0
 * @param different how many elements differ, by their values: 0 and -0 are one, two NaN are one
 */
public record Deviation(
        String name,
        Shape shape,
        Shape wanted,
        boolean comparable,
        double largest,
        double relative,
        double norm,
        long different) {
    private static final double NEVER = Double.POSITIVE_INFINITY;

    /** Whether every element is the same. */
    public boolean isEqual() {
        return comparable && different == 0;
    }

    /** Whether it is within a relative tolerance. */
    public boolean isWithin(double tolerance) {
        return comparable && relative <= tolerance;
    }

    /** Of two tensors, wherever they are. */
    public static Deviation of(String name, Tensor got, Tensor wanted) {
        Tensor same = aligned(wanted, got.shape());
        if (!same.shape().equals(got.shape())) {
            return new Deviation(name, got.shape(), wanted.shape(), false, NEVER, NEVER, NEVER, got.elements());
        }
        boolean wide = got.dtype() == DType.F64 || wanted.dtype() == DType.F64;
        double largest = 0;
        double scale = 0;
        double squares = 0;
        double square = 0;
        long different = 0;
        float[] a = wide ? new float[0] : got.toFloatArray();
        float[] b = wide ? a : same.toFloatArray();
        double[] aWide = wide ? got.toDoubleArray() : new double[0];
        double[] bWide = wide ? same.toDoubleArray() : aWide;
        for (int i = 0; i < got.elements(); i++) {
            double x = wide ? aWide[i] : a[i];
            double y = wide ? bWide[i] : b[i];
            scale = Math.max(scale, finite(y));
            square += finite(y) * finite(y);
            if (x == y || x != x && y != y) {
                continue;
            }
            double d = Math.abs(x - y);
            d = d != d ? NEVER : d;
            different++;
            largest = Math.max(largest, d);
            squares += d * d;
        }
        double norm = square == 0 ? Math.sqrt(squares) : Math.sqrt(squares / square);
        return new Deviation(
                name,
                got.shape(),
                wanted.shape(),
                true,
                largest,
                scale == 0 ? largest : largest / scale,
                norm,
                different);
    }

    private static double finite(double y) {
        return y - y == 0 ? Math.abs(y) : 0;
    }

    /** What another program wrote with its channels before the cells, as we have it; itself if it fits or nothing does. */
    private static Tensor aligned(Tensor wanted, Shape shape) {
        if (wanted.shape().equals(shape) || wanted.rank() != shape.rank()) {
            return wanted;
        }
        return switch (wanted.rank()) {
            case 4 -> fitting(wanted.permute(0, 2, 3, 1), wanted, shape);
            case 3 -> fitting(wanted.permute(0, 2, 1), wanted, shape);
            default -> wanted;
        };
    }

    private static Tensor fitting(Tensor turned, Tensor wanted, Shape shape) {
        return turned.shape().equals(shape) ? turned : wanted;
    }
}
