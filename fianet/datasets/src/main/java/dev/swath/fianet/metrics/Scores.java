package dev.swath.fianet.metrics;

import java.util.List;

/**
 * The measures over a set of samples, all times 100.
 *
 * @param count number of samples
 * @param intersection sum of the intersections in pixels
 * @param union sum of the unions in pixels
 * @param meanIou mIoU: the mean over samples of intersection / union
 * @param overallIou oIoU: sum of intersections / sum of unions
 * @param precision Pr@X for X of {@link #THRESHOLDS}: the share of samples whose IoU is at least X
 */
public record Scores(
        int count, long intersection, long union, double meanIou, double overallIou, List<Double> precision) {
    /** The X of Pr@X. */
    public static final List<Double> THRESHOLDS = List.of(0.5, 0.6, 0.7, 0.8, 0.9);

    /** Copies and checks. */
    public Scores {
        precision = List.copyOf(precision);
        if (precision.size() != THRESHOLDS.size()) {
            throw new IllegalArgumentException(
                    "[metrics] there is one Pr@X for each of " + THRESHOLDS + "; got " + precision.size());
        }
    }
}
