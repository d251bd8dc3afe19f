package dev.swath.bench.report;

import dev.swath.files.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What that many threads can do at most.
 *
 * @param threads how many ran at once
 * @param gflops GFLOP/s of all of them, a value for each iteration; empty where it failed
 */
public record Peak(int threads, List<Double> gflops) {
    /** Keeps a copy. */
    public Peak {
        gflops = List.copyOf(gflops);
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("threads", threads);
        json.put("gflops", gflops);
        return json;
    }

    static Peak fromJson(Map<String, Object> json) {
        return new Peak(Json.asInt(json.get("threads"), "threads"), Trial.numbers(json.get("gflops"), "gflops"));
    }
}
