package dev.swath.bench;

import dev.swath.bench.ops.Engines;
import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Command that turns JMH's JSON files into Markdown tables: one for each benchmark, a row for each set of parameters, the
 * time of each engine, and Swath's time divided by each peer's (below 1 is faster). Where {@link PeakFlops} is among the
 * results, its peak stands above the tables, and benchmarks whose arithmetic is known show Swath's share of it.
 */
public final class Summary {
    private static final String PEAK = "PeakFlops";
    private static final List<String> ENGINES =
            List.of(Engines.SWATH, Engines.LIBTORCH, Engines.ONNXRUNTIME, Engines.ND4J);

    private Summary() {}

    /** One measured time. */
    record Result(String benchmark, Map<String, String> parameters, double score, String unit) {
        String engine() {
            return parameters.getOrDefault("engine", "");
        }

        /** All parameters but the engine. */
        Map<String, String> row() {
            Map<String, String> rest = new TreeMap<>(parameters);
            rest.remove("engine");
            return rest;
        }
    }

    /** Runs the command with the files' names; the exit status is 0 done, 1 a file cannot be read, 2 wrong usage. */
    public static void main(String[] arguments) {
        if (arguments.length == 0) {
            System.err.println("usage: Summary RESULTS.json...");
            System.exit(2);
        }
        List<Result> results = new ArrayList<>();
        for (String name : arguments) {
            try {
                results.addAll(parse(Files.readString(Path.of(name))));
            } catch (IOException | JsonException failure) {
                System.err.println("cannot read " + name + ": " + failure.getMessage());
                System.exit(1);
            }
        }
        System.out.print(table(results));
    }

    /** The results in the text that JMH writes. */
    static List<Result> parse(String json) {
        List<Result> results = new ArrayList<>();
        for (Object element : Json.asList(Json.parse(json), "results")) {
            Map<String, Object> run = Json.asObject(element, "result");
            String[] name = Json.asString(run.get("benchmark"), "benchmark").split("\\.");
            Map<String, String> parameters = new LinkedHashMap<>();
            if (run.get("params") != null) {
                Json.asObject(run.get("params"), "params")
                        .forEach((key, value) -> parameters.put(key, Json.asString(value, key)));
            }
            Map<String, Object> metric = Json.asObject(run.get("primaryMetric"), "primaryMetric");
            results.add(new Result(
                    name[name.length - 2],
                    parameters,
                    Json.asDouble(metric.get("score"), "score"),
                    Json.asString(metric.get("scoreUnit"), "scoreUnit")));
        }
        return results;
    }

    /** The Markdown. */
    static String table(List<Result> results) {
        StringBuilder out = new StringBuilder();
        double peak = 0;
        for (Result result : results) {
            if (result.benchmark().equals(PEAK)) {
                peak = PeakFlops.flopsPerRound() / result.score();
                out.append(String.format(Locale.ROOT, "Peak of one core: %.0f GFLOP/s.\n\n", peak));
            }
        }
        Map<String, List<Result>> byBenchmark = results.stream()
                .filter(result -> !result.benchmark().equals(PEAK))
                .collect(Collectors.groupingBy(Result::benchmark, LinkedHashMap::new, Collectors.toList()));
        for (Map.Entry<String, List<Result>> benchmark : byBenchmark.entrySet()) {
            table(out, benchmark.getKey(), benchmark.getValue(), peak);
        }
        return out.toString();
    }

    private static void table(StringBuilder out, String benchmark, List<Result> results, double peak) {
        Map<Map<String, String>, Map<String, Double>> rows = new LinkedHashMap<>();
        for (Result result : results) {
            rows.computeIfAbsent(result.row(), _ -> new LinkedHashMap<>()).put(result.engine(), result.score());
        }
        List<String> engines = ENGINES.stream()
                .filter(engine -> rows.values().stream().anyMatch(row -> row.containsKey(engine)))
                .toList();
        List<String> peers =
                engines.stream().filter(engine -> !engine.equals(Engines.SWATH)).toList();
        boolean shares = peak > 0 && rows.keySet().stream().anyMatch(row -> Arithmetic.flops(benchmark, row) > 0);
        List<String> head = new ArrayList<>(rows.keySet().iterator().next().keySet());
        String unit = results.getFirst().unit().replace("/op", "");
        engines.forEach(engine -> head.add(engine + ", " + unit));
        peers.forEach(peer -> head.add("to " + peer));
        if (shares) {
            head.add("share of peak");
        }
        out.append("### ").append(benchmark).append("\n\n");
        line(out, head);
        line(out, head.stream().map(_ -> "---").toList());
        rows.forEach((row, scores) -> {
            List<String> cells = new ArrayList<>(row.values());
            engines.forEach(engine -> cells.add(scores.containsKey(engine) ? number(scores.get(engine)) : ""));
            Double own = scores.get(Engines.SWATH);
            peers.forEach(peer -> cells.add(
                    own == null || !scores.containsKey(peer)
                            ? ""
                            : String.format(Locale.ROOT, "%.2f", own / scores.get(peer))));
            if (shares) {
                cells.add(own == null ? "" : share(benchmark, row, own, unit, peak));
            }
            line(out, cells);
        });
        out.append('\n');
    }

    private static String share(
            String benchmark, Map<String, String> row, double score, String unit, double peakOfOneCore) {
        double flops = Arithmetic.flops(benchmark, row);
        if (flops == 0) {
            return "";
        }
        double seconds = score * secondsPer(unit);
        double threads = Double.parseDouble(row.getOrDefault("threads", "1"));
        return String.format(Locale.ROOT, "%.0f %%", 100 * flops / seconds / (peakOfOneCore * 1e9 * threads));
    }

    private static double secondsPer(String unit) {
        return switch (unit) {
            case "s" -> 1;
            case "ms" -> 1e-3;
            case "us" -> 1e-6;
            case "ns" -> 1e-9;
            default -> throw new IllegalArgumentException("a time in " + unit + " cannot be compared with the peak");
        };
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    }

    private static void line(StringBuilder out, List<String> cells) {
        out.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
