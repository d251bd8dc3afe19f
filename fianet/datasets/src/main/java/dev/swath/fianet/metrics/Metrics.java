package dev.swath.fianet.metrics;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Adds up the measures of the paper, one sample at a time. With I and U the pixels in both and in either of prediction and
 * target: IoU = I / U (0 if U = 0), mIoU = mean of IoU, oIoU = sum of I / sum of U, Pr@X = share of samples with IoU >= X;
 * all times 100. Not thread-safe; the order of samples matters only to the last bits of mIoU.
 */
public final class Metrics {
    /**
     * The outcome.
     *
     * @param overall over all samples
     * @param categories over the samples of each category, in alphabetical order
     */
    public record Result(Scores overall, Map<String, Scores> categories) {
        /** Copies. */
        public Result {
            categories = Collections.unmodifiableMap(new LinkedHashMap<>(categories));
        }

        /** The mean over categories of their mIoU, as tables by category end with; 0 if there is none. */
        public double categoryMean() {
            return categories.values().stream()
                    .mapToDouble(Scores::meanIou)
                    .average()
                    .orElse(0);
        }
    }

    private static final class Sums {
        int count;
        long intersection;
        long union;
        double iou;
        final int[] hits = new int[Scores.THRESHOLDS.size()];

        void add(Overlap o) {
            count++;
            intersection += o.intersection();
            union += o.union();
            double value = o.iou();
            iou += value;
            for (int i = 0; i < hits.length; i++) {
                hits[i] += value >= Scores.THRESHOLDS.get(i) ? 1 : 0;
            }
        }

        Scores scores() {
            double samples = Math.max(1, count);
            List<Double> precision = new ArrayList<>();
            for (int hit : hits) {
                precision.add(100 * hit / samples);
            }
            double overall = union == 0 ? 0 : 100.0 * intersection / union;
            return new Scores(count, intersection, union, 100 * iou / samples, overall, precision);
        }
    }

    private final Sums all = new Sums();
    private final Map<String, Sums> byCategory = new TreeMap<>();

    /** With no samples yet. */
    public Metrics() {}

    /** Adds a sample; a category of "" counts overall only. */
    public void add(Overlap overlap, String category) {
        all.add(overlap);
        if (!category.isEmpty()) {
            byCategory.computeIfAbsent(category, c -> new Sums()).add(overlap);
        }
    }

    /** What was added so far. */
    public Result result() {
        Map<String, Scores> categories = new LinkedHashMap<>();
        byCategory.forEach((name, sums) -> categories.put(name, sums.scores()));
        return new Result(all.scores(), categories);
    }
}
