package dev.swath.nn.inspect;

import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
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
        Tensor dense = tensor.device().equals(Device.CPU) ? tensor.contiguous() : tensor.copy();
        if (dense.dtype() == DType.F32 && dense.storage() instanceof HostStorage.Floats floats) {
            return of(floats.array(), Math.toIntExact(dense.offset()), Math.toIntExact(dense.elements()));
        }
        return of(dense.toDoubleArray());
    }

    /** Of {@code length} elements of the array from {@code from} on. */
    public static Statistics of(float[] values, int from, int length) {
        Sums sums = new Sums();
        // Four sums side by side: an addition need not wait for the one before it.
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int end = from + length;
        int i = from;
        for (; i + 3 < end; i += 4) {
            float v = values[i];
            float w = values[i + 1];
            float x = values[i + 2];
            float y = values[i + 3];
            float all = v + w + x + y;
            if (all - all != 0) { // One of them is no finite number, or their sum is too large for one.
                for (int j = i; j < i + 4; j++) {
                    sums.add(values[j]);
                }
                continue;
            }
            sums.bound(v, w, x, y);
            a += v;
            b += w;
            c += x;
            d += y;
        }
        for (; i < end; i++) {
            sums.add(values[i]);
        }
        sums.sum += a + b + c + d;
        sums.begin(length);
        for (i = from; i < end; i++) {
            sums.place(values[i]);
        }
        return sums.done(length);
    }

    private static Statistics of(double[] values) {
        Sums sums = new Sums();
        for (double v : values) {
            sums.add(v);
        }
        sums.begin(values.length);
        for (double v : values) {
            sums.place(v);
        }
        return sums.done(values.length);
    }

    /** What is gathered in the two readings. */
    private static final class Sums {
        private final long[] histogram = new long[BINS];
        private double min = Double.POSITIVE_INFINITY;
        private double max = Double.NEGATIVE_INFINITY;
        private double sum;
        private double squares;
        private long zeros;
        private long nan;
        private long infinite;
        private double mean;
        private double scale;

        /** First reading: one element. */
        void add(double v) {
            if (v - v != 0) { // Of all numbers only the infinite ones and NaN differ from themselves.
                nan += v != v ? 1 : 0;
                infinite += v != v ? 0 : 1;
                return;
            }
            min = Math.min(min, v);
            max = Math.max(max, v);
            sum += v;
            zeros += v == 0 ? 1 : 0;
        }

        /** First reading: four finite elements, whose sum is taken elsewhere. */
        void bound(float v, float w, float x, float y) {
            min = Math.min(min, Math.min(Math.min(v, w), Math.min(x, y)));
            max = Math.max(max, Math.max(Math.max(v, w), Math.max(x, y)));
            zeros += (v == 0 ? 1 : 0) + (w == 0 ? 1 : 0) + (x == 0 ? 1 : 0) + (y == 0 ? 1 : 0);
        }

        private long finite(long count) {
            return count - nan - infinite;
        }

        void begin(long count) {
            mean = finite(count) == 0 ? 0 : sum / finite(count);
            scale = max > min ? BINS / (max - min) : 0;
        }

        /** Second reading. */
        void place(double v) {
            if (v - v == 0) {
                squares += (v - mean) * (v - mean);
                histogram[Math.min(BINS - 1, (int) ((v - min) * scale))]++;
            }
        }

        Statistics done(long count) {
            long finite = finite(count);
            return finite == 0
                    ? new Statistics(count, 0, 0, 0, 0, zeros, nan, infinite, histogram)
                    : new Statistics(
                            count, min, max, mean, Math.sqrt(squares / finite), zeros, nan, infinite, histogram);
        }
    }
}
