package dev.swath.bench;

/** Errors of results against what is right; a NaN anywhere makes them infinite. */
final class Errors {
    private Errors() {}

    /** Largest difference, relative to the largest expected value. */
    static double relative(float[] expected, float[] got) {
        return worst(expected, got) / largest(expected);
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

    private static double worst(float[] expected, float[] got) {
        same(expected, got);
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs((double) got[i] - expected[i]);
            worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(worst, difference);
        }
        return worst;
    }

    private static double largest(float[] expected) {
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
