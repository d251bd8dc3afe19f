package dev.swath.bench.ops;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Inputs of one operation, shared by all engines, and what is right, in 64-bit floats. */
public interface OperationCase {
    /** Number of output values. */
    int outputs();

    /** One output value, computed plainly; the index is row-major in the case's layout. */
    double expected(int index);

    /** Largest error allowed, relative to the largest of the values looked at. */
    double tolerance();

    /** At how many places a result is looked at. */
    default int samples() {
        return 1000;
    }

    /** Compares a result with what is right at places spread over it. */
    default void check(String engine, float[] result) {
        if (result.length != outputs()) {
            throw new IllegalStateException(
                    engine + " gave " + result.length + " values for " + this + " instead of " + outputs());
        }
        int samples = Math.min(samples(), outputs());
        double worst = 0;
        double largest = 0;
        for (int sample = 0; sample < samples; sample++) {
            int index = (int) ((long) sample * (outputs() - 1) / Math.max(1, samples - 1));
            double expected = expected(index);
            double difference = Math.abs(result[index] - expected);
            worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(worst, difference);
            largest = Math.max(largest, Math.abs(expected));
        }
        if (!(worst <= tolerance() * largest)) {
            throw new IllegalStateException(engine + " is wrong in " + this + ": error " + worst / largest);
        }
    }

    /** Normal values with the given standard deviation, the same for the same seed. */
    static float[] noise(long seed, int count, double deviation) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return values;
    }

    /** (rows,columns) to (columns,rows), row-major. */
    static float[] transpose(float[] values, int rows, int columns) {
        float[] result = new float[values.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                result[column * rows + row] = values[row * columns + column];
            }
        }
        return result;
    }

    /** The integers in a text such as {@code 14400x384x128}. */
    static int[] sizes(String text, int count) {
        String[] parts = text.split("x");
        if (parts.length != count) {
            throw new IllegalArgumentException("expected " + count + " sizes such as 3x5, got " + text);
        }
        int[] sizes = new int[count];
        for (int i = 0; i < count; i++) {
            sizes[i] = Integer.parseInt(parts[i]);
        }
        return sizes;
    }
}
