package dev.swath.fianet.metrics;

import dev.swath.fianet.text.DatasetVocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the FIANet paper reports on the test splits; the other systems were retrained by its authors. Null where a number
 * is not known here.
 *
 * @param method name of the system
 * @param precision Pr@0.5 to Pr@0.9
 * @param overallIou oIoU
 * @param meanIou mIoU
 */
public record Published(
        String method,
        List<@Nullable Double> precision,
        @Nullable Double overallIou,
        @Nullable Double meanIou) {
    private static final List<Published> REFSEGRS = List.of(
            row("LAVT", 76.21, 57.30, 70.23),
            row("CrossVLT", 77.44, 58.84),
            row("LGCE", 77.62, 61.90),
            row("RMSIN", 71.73, 57.78),
            row("FIANet", 78.32, 68.67, 84.09, 77.05, 61.86, 33.41, 7.10));

    private static final List<Published> RRSISD = List.of(
            row("LAVT", 76.58, 59.05, 66.93),
            row("CrossVLT", 76.32, 61.00),
            row("LGCE", 76.24, 61.02),
            row("RMSIN", 76.50, 62.27),
            row("FIANet", 76.91, 64.01, 74.46, 66.96, 56.31, 42.83, 24.13));

    /** Copies. */
    public Published {
        precision = Collections.unmodifiableList(new ArrayList<>(precision));
    }

    private static Published row(String method, double overallIou, double meanIou, Double... precision) {
        return new Published(
                method, Arrays.asList(Arrays.copyOf(precision, Scores.THRESHOLDS.size())), overallIou, meanIou);
    }

    /** The rows for a data set, in the paper's order; none for one that is not published. */
    public static List<Published> on(DatasetVocabulary dataset) {
        return switch (dataset) {
            case REFSEGRS -> REFSEGRS;
            case RRSISD -> RRSISD;
            case BOTH -> List.of();
        };
    }
}
