package dev.swath.nn.inspect;

import dev.swath.tensor.DType;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Tensor;

/**
 * What the elements of a tensor are like. Minimum, maximum, mean, deviation and histogram are those of the finite elements, all 0
 * where there is none.
 *
 * @param count how many elements there are
 * @param min the least
 * @param max the greatest
 * @param mean their sum by their number, added up in double precision
 * @param deviation the root of the mean square of x - mean
 * @param zeros how many are 0 (or -0)
 * @param nan how many are not a number
 * @param infinite how many are infinite
 * @param histogram how many lie in each of {@value #BINS} parts of equal width between min and max, a part's lower end included, and
 *     in the last one max itself; where min is max, all lie in the first
 */
public record Statistics(
        long count,
        double min,
        double max,
        double mean,
        double deviation,
        long zeros,
        long nan,
        long infinite,
        long[] histogram) {
    /** Parts of a histogram. */
    public static final int BINS = 64;

    /** Of a tensor, wherever it is; it is read twice. */
    public static Statistics of(Tensor tensor) {
        Tensor dense = tensor.device().equals(dev.swath.tensor.Device.CPU) ? tensor.contiguous() : tensor.copy();
        if (dense.dtype() == DType.F32 && dense.storage() instanceof HostStorage.Floats floats) {
            return of(floats.array(), Math.toIntExact(dense.offset()), Math.toIntExact(dense.elements()));
        }
        double[] values = dense.toDoubleArray();
        return of(i -> values[i], values.length);
    }

    /** Of {@code length} elements of the array from {@code from} on. */
    public static Statistics of(float[] values, int from, int length) {
        return of(i -> values[from + i], length);
    }

    @FunctionalInterface
    private interface Elements {
        double at(int i);
    }

    private static Statistics of(Elements x, int length) {
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        double sum = 0;
        long zeros = 0;
        long nan = 0;
        long infinite = 0;
        for (int i = 0; i < length; i++) {
            double v = x.at(i);
            if (v - v != 0) { // Of all numbers only the infinite ones and NaN differ from themselves.
                nan += v != v ? 1 : 0;
                infinite += v != v ? 0 : 1;
                continue;
            }
            min = Math.min(min, v);
            max = Math.max(max, v);
            sum += v;
            zeros += v == 0 ? 1 : 0;
        }
        long finite = length - nan - infinite;
        long[] histogram = new long[BINS];
        if (finite == 0) {
            return new Statistics(length, 0, 0, 0, 0, zeros, nan, infinite, histogram);
        }
        double mean = sum / finite;
        double width = max - min;
        double squares = 0;
        for (int i = 0; i < length; i++) {
            double v = x.at(i);
            if (v - v == 0) {
                squares += (v - mean) * (v - mean);
                histogram[width == 0 ? 0 : Math.min(BINS - 1, (int) ((v - min) / width * BINS))]++;
            }
        }
        return new Statistics(length, min, max, mean, Math.sqrt(squares / finite), zeros, nan, infinite, histogram);
    }
}
