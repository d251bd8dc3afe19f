package dev.swath.bench.report;

import dev.swath.bench.ops.WindowAttentionCase;
import java.util.Arrays;
import java.util.Map;

/** How many multiplications and additions the definition of a benchmark's operation takes, however an engine does it. */
final class Arithmetic {
    private static final int WINDOW = WindowAttentionCase.WINDOW;

    private Arithmetic() {}

    /**
     * Of one call of a benchmark with its parameters; 0 where arithmetic is not what takes the time.
     *
     * <p>A convolution counts as the direct one, so an engine that saves multiplications can show more than the peak.
     *
     * @param benchmark class and method
     */
    static double flops(String benchmark, Map<String, String> parameters) {
        double[] s = Arrays.stream(parameters.getOrDefault("shape", "0").split("x"))
                .mapToDouble(Double::parseDouble)
                .toArray();
        return switch (benchmark) {
            case "LinearBenchmark.run" -> 2 * s[0] * s[1] * s[2];
            case "ConvolutionBenchmark.run" -> 2 * 9 * s[0] * s[1] * s[2] * s[2];
            case "CrossAttentionBenchmark.run" -> 2 * 2 * s[0] * s[1] * s[2];
            case "WindowAttentionBenchmark.run" -> windowAttention(s[0], s[1]);
            default -> 0;
        };
    }

    /** The four projections of each cell, and each cell of the padded map with the keys and values of its window. */
    private static double windowAttention(double side, double channels) {
        double padded = Math.ceil(side / WINDOW) * WINDOW;
        return 2 * 4 * side * side * channels * channels + 2 * 2 * padded * padded * WINDOW * WINDOW * channels;
    }
}
