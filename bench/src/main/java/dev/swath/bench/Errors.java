package dev.swath.bench;

/** Errors of results against what is right; a NaN anywhere makes them infinite. */
final class Errors {
    /** Largest error of a logit that is allowed, relative to the largest logit. */
    static final double LARGEST_OF_LOGITS = 5e-3;

    /** Largest mean error of logits that is allowed, relative to the largest logit. */
    static final double MEAN_OF_LOGITS = 5e-4;

    private Errors() {}

    /** Largest difference, relative to the largest expected value. */
    static double relative(float[] expected, float[] got) {
        return absolute(expected, got) / largest(expected);
    }

    /** Mean difference, relative to the largest expected value. */
    static double relativeMean(float[] expected, float[] got) {
        same(expected, got);
        double sum = 0;
        for (int i = 0; i < expected.length; i++) {
            sum += Math.abs((double) got[i] - expected[i]);
        }
        return Double.isNaN(sum) ? Double.POSITIVE_INFINITY : sum / expected.length / largest(expected);
    }

    /** Length of the difference as a vector, relative to the expected length. */
    static double relativeNorm(float[] expected, float[] got) {
        same(expected, got);
        double difference = 0;
        double length = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += Math.pow((double) got[i] - expected[i], 2);
            length += Math.pow(expected[i], 2);
        }
        return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.sqrt(difference / length);
    }

    /** Largest difference. */
    static double absolute(float[] expected, float[] got) {
        same(expected, got);
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs((double) got[i] - expected[i]);
            worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(worst, difference);
        }
        return worst;
    }

    /** Largest magnitude. */
    static double largest(float[] expected) {
        double largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    private static void same(float[] expected, float[] got) {
        if (expected.length != got.length) {
            throw new IllegalStateException(got.length + " values instead of " + expected.length);
        }
    }
}
