package dev.swath.bench.report;

import java.util.Collection;
import java.util.List;

/**
 * Measured values in ascending order, at least one.
 *
 * @param sorted the values
 */
public record Sample(List<Double> sorted) {
    /** Copies and sorts them. */
    public Sample {
        if (sorted.isEmpty()) {
            throw new IllegalArgumentException("[sample] there must be a value");
        }
        sorted = sorted.stream().sorted().toList();
    }

    /** The values of several measurements of the same thing together. */
    static Sample pooled(Collection<List<Double>> measurements) {
        return new Sample(measurements.stream().flatMap(List::stream).toList());
    }

    /** Half of the values are not greater. */
    public double median() {
        return quantile(0.5);
    }

    double least() {
        return sorted.getFirst();
    }

    double greatest() {
        return sorted.getLast();
    }

    /** The value below which that part of them lies, interpolated between neighbours. */
    public double quantile(double part) {
        double place = part * (sorted.size() - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.size() - 1);
        return sorted.get(below) + (place - below) * (sorted.get(above) - sorted.get(below));
    }

    /** The distance of the quartiles as a part of the median. */
    double spread() {
        return (quantile(0.75) - quantile(0.25)) / median();
    }

    /** Whether some value of the one lies between values of the other. */
    boolean overlaps(Sample other) {
        return least() <= other.greatest() && other.least() <= greatest();
    }
}
