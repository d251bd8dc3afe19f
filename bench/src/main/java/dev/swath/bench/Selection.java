package dev.swath.bench;

import dev.swath.bench.report.Trial;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openjdk.jmh.runner.BenchmarkListEntry;

/** What a command line asks for, one row of a table after another, each with the engines that compete in it. */
final class Selection {
    private static final Pattern PARAMETER = Pattern.compile("(?:-p)?([\\w.]+)=.*", Pattern.DOTALL);

    /**
     * One row.
     *
     * @param benchmark class and method with the package, as JMH names it
     * @param parameters all of them but the engine
     * @param engines in the order in which they were given; one empty name where the benchmark has no such parameter
     */
    record Row(String benchmark, Map<String, String> parameters, List<String> engines) {
        /**
         * The engines' turns: in the order given and then in the opposite one, so that what drifts with time meets all
         * alike. A single engine has a single turn.
         */
        List<String> turns(boolean bothOrders) {
            List<String> turns = new ArrayList<>(engines);
            if (bothOrders && engines.size() > 1) {
                turns.addAll(engines.reversed());
            }
            return turns;
        }

        /** All parameters of one engine's turn. */
        Map<String, String> with(String engine) {
            Map<String, String> all = new TreeMap<>(parameters);
            if (!engine.isEmpty()) {
                all.put(Trial.ENGINE, engine);
            }
            return all;
        }
    }

    private Selection() {}

    /** The rows of some benchmarks; {@code given} has the values of a parameter from the command line. */
    static List<Row> rows(
            Collection<BenchmarkListEntry> benchmarks, Function<String, Optional<Collection<String>>> given) {
        List<Row> rows = new ArrayList<>();
        for (BenchmarkListEntry benchmark : benchmarks) {
            Map<String, List<String>> values = values(benchmark, given);
            List<String> engines =
                    Optional.ofNullable(values.remove(Trial.ENGINE)).orElse(List.of(""));
            combinations(values).forEach(row -> rows.add(new Row(benchmark.getUsername(), row, engines)));
        }
        return rows;
    }

    private static Map<String, List<String>> values(
            BenchmarkListEntry benchmark, Function<String, Optional<Collection<String>>> given) {
        Map<String, List<String>> values = new TreeMap<>();
        benchmark
                .getParams()
                .orElse(Map.of())
                .forEach((name, usual) ->
                        values.put(name, List.copyOf(given.apply(name).orElseGet(() -> Arrays.asList(usual)))));
        return values;
    }

    private static List<Map<String, String>> combinations(Map<String, List<String>> values) {
        List<Map<String, String>> all = List.of(Map.of());
        for (Map.Entry<String, List<String>> parameter : values.entrySet()) {
            List<Map<String, String>> longer = new ArrayList<>();
            for (Map<String, String> some : all) {
                for (String value : parameter.getValue()) {
                    Map<String, String> one = new LinkedHashMap<>(some);
                    one.put(parameter.getKey(), value);
                    longer.add(one);
                }
            }
            all = longer;
        }
        return all;
    }

    /** The names of the parameters that a command line gives values for. */
    static List<String> parameters(String[] arguments) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            boolean apart = arguments[i].equals("-p") && i + 1 < arguments.length;
            Matcher matcher = PARAMETER.matcher(apart ? arguments[i + 1] : arguments[i]);
            if ((apart || arguments[i].startsWith("-p")) && matcher.matches()) {
                names.add(matcher.group(1));
            }
        }
        return names;
    }

    /** Those of the names that no benchmark has as a parameter. */
    static List<String> unknown(Collection<String> names, Collection<BenchmarkListEntry> benchmarks) {
        return names.stream()
                .filter(name -> benchmarks.stream()
                        .noneMatch(benchmark ->
                                benchmark.getParams().orElse(Map.of()).containsKey(name)))
                .distinct()
                .toList();
    }
}
