package dev.swath.bench.report;

import dev.swath.bench.ops.Engines;
import dev.swath.files.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One engine's turn in one row of a table.
 *
 * @param benchmark class and method, such as {@code LinearBenchmark.run}
 * @param parameters all of them, with the engine
 * @param seconds the times of one call, a value for each iteration; empty where it failed
 * @param failure why there are no times, or null
 * @param busy who else used the machine meanwhile, or null where the system does not tell
 */
public record Trial(
        String benchmark,
        Map<String, String> parameters,
        List<Double> seconds,
        @Nullable String failure,
        Load.@Nullable Busy busy) {
    /** The parameter that names who is measured. */
    public static final String ENGINE = "engine";

    /** Keeps copies. */
    public Trial {
        parameters = Map.copyOf(parameters);
        seconds = List.copyOf(seconds);
        if (seconds.isEmpty() == (failure == null)) {
            throw new IllegalArgumentException("[trial] there must be either times or a reason why not");
        }
    }

    /** Who was measured; a benchmark without the parameter measures Swath alone. */
    String engine() {
        return parameters.getOrDefault(ENGINE, Engines.SWATH);
    }

    /** All parameters but the engine, by their names. */
    TreeMap<String, String> row() {
        TreeMap<String, String> row = new TreeMap<>(parameters);
        row.remove(ENGINE);
        return row;
    }

    /** Benchmark and parameters in words. */
    String name() {
        StringBuilder name = new StringBuilder(benchmark);
        new TreeMap<>(parameters)
                .forEach(
                        (key, value) -> name.append(' ').append(key).append('=').append(value));
        return name.toString();
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("benchmark", benchmark);
        json.put("parameters", new TreeMap<>(parameters));
        json.put("seconds", seconds);
        if (failure != null) {
            json.put("failure", failure);
        }
        if (busy != null) {
            json.put("others", busy.others());
            json.put("stolen", busy.stolen());
        }
        return json;
    }

    static Trial fromJson(Map<String, Object> json) {
        Map<String, String> parameters = new TreeMap<>();
        Json.asObject(json.get("parameters"), "parameters")
                .forEach((key, value) -> parameters.put(key, Json.asString(value, key)));
        Object failure = json.get("failure");
        return new Trial(
                Json.asString(json.get("benchmark"), "benchmark"),
                parameters,
                numbers(json.get("seconds"), "seconds"),
                failure == null ? null : Json.asString(failure, "failure"),
                json.get("others") == null
                        ? null
                        : new Load.Busy(
                                Json.asDouble(json.get("others"), "others"),
                                Json.asDouble(json.get("stolen"), "stolen")));
    }

    static List<Double> numbers(@Nullable Object json, String what) {
        List<Double> numbers = new ArrayList<>();
        for (Object value : Json.asList(json, what)) {
            numbers.add(Json.asDouble(value, what));
        }
        return numbers;
    }

    Optional<Load.Busy> meanwhile() {
        return Optional.ofNullable(busy);
    }
}
