package dev.swath.bench;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.DoubleStream;

/** How many multiplications and additions the definition of a benchmark's operation takes, however an engine does it. */
final class Arithmetic {
    private Arithmetic() {}

    /**
     * Of one run of a benchmark with its parameters; 0 where arithmetic is not what takes the time.
     *
     * <p>A convolution counts as the direct one, so an engine that saves multiplications can show more than the peak.
     */
    static double flops(String benchmark, Map<String, String> parameters) {
        String shape = parameters.getOrDefault("shape", "");
        return switch (benchmark) {
            case "LinearBenchmark" -> 2 * product(shape);
            case "ConvolutionBenchmark" -> 2 * 9 * product(shape) * last(shape);
            default -> 0;
        };
    }

    private static double product(String shape) {
        return sizes(shape).reduce(1, (a, b) -> a * b);
    }

    private static double last(String shape) {
        return sizes(shape).reduce(1, (_, size) -> size);
    }

    private static DoubleStream sizes(String shape) {
        return Arrays.stream(shape.split("x")).mapToDouble(Double::parseDouble);
    }
}
