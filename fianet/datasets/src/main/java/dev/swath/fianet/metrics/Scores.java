package dev.swath.fianet.metrics;

import java.util.ArrayList;
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

    /** The names of all measures, in the order of the paper's tables: Pr@X, oIoU, mIoU. */
    public static final List<String> MEASURES =
            List.of("Pr@0.5", "Pr@0.6", "Pr@0.7", "Pr@0.8", "Pr@0.9", "oIoU", "mIoU");

    /** Copies and checks. */
    public Scores {
        precision = List.copyOf(precision);
        if (precision.size() != THRESHOLDS.size()) {
            throw new IllegalArgumentException(
                    "[metrics] there is one Pr@X for each of " + THRESHOLDS + "; got " + precision.size());
        }
    }

    /** The measures, in the order of {@link #MEASURES}. */
    public List<Double> measures() {
        List<Double> out = new ArrayList<>(precision);
        out.add(overallIou);
        out.add(meanIou);
        return out;
    }

    /** The measure of one of the {@link #MEASURES}. */
    public double measure(String name) {
        int at = MEASURES.indexOf(name);
        if (at < 0) {
            throw new IllegalArgumentException("[metrics] a measure is one of " + MEASURES + "; got '" + name + "'");
        }
        return measures().get(at);
    }
}
