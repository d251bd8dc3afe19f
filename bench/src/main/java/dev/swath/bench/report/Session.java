package dev.swath.bench.report;

import dev.swath.files.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One run of {@code bench/run}: what was asked, what came of it, and where.
 *
 * @param started date and time, UTC
 * @param code the commit of the code, or "unknown"
 * @param options those that were added to the measured JVMs
 * @param machine as the measured JVMs see it
 * @param loadAverage of the minute before, NaN where the system does not tell
 * @param orders in how many orders the engines took turns
 * @param peaks the peak before and after, of each number of threads
 * @param trials every engine's turns in every row, in the order in which they were taken
 */
public record Session(
        String started,
        String code,
        List<String> options,
        Machine machine,
        double loadAverage,
        int orders,
        List<Peak> peaks,
        List<Trial> trials) {
    /** Keeps copies. */
    public Session {
        options = List.copyOf(options);
        peaks = List.copyOf(peaks);
        trials = List.copyOf(trials);
    }

    /** As a JSON object. */
    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("started", started);
        json.put("code", code);
        json.put("options", options);
        json.put("machine", machine.toJson());
        json.put("loadAverage", loadAverage);
        json.put("orders", orders);
        json.put("peaks", peaks.stream().map(Peak::toJson).toList());
        json.put("trials", trials.stream().map(Trial::toJson).toList());
        return json;
    }

    /** From the text of a summary. */
    public static Session parse(String text) {
        Map<String, Object> json = Json.parseObject(text);
        Object average = json.get("loadAverage");
        return new Session(
                Json.asString(json.get("started"), "started"),
                Json.asString(json.get("code"), "code"),
                Json.asList(json.get("options"), "options").stream()
                        .map(option -> Json.asString(option, "options"))
                        .toList(),
                Machine.fromJson(Json.asObject(json.get("machine"), "machine")),
                average == null ? Double.NaN : Json.asDouble(average, "loadAverage"),
                Json.asInt(json.get("orders"), "orders"),
                Json.asList(json.get("peaks"), "peaks").stream()
                        .map(peak -> Peak.fromJson(Json.asObject(peak, "peak")))
                        .toList(),
                Json.asList(json.get("trials"), "trials").stream()
                        .map(trial -> Trial.fromJson(Json.asObject(trial, "trial")))
                        .toList());
    }
}
