package dev.swath.bench.report;

import dev.swath.files.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A run for programs: all that {@link Session} holds, and what follows from it. */
public final class SummaryJson {
    private SummaryJson() {}

    /** The text; {@link Session#parse} reads the first part of it. */
    public static String of(Session session) {
        Findings findings = new Findings(List.of(session));
        Map<String, Object> json = session.toJson();
        json.put("missing", findings.missing());
        json.put("warnings", findings.warnings());
        List<Object> figures = new ArrayList<>();
        for (Findings.Table table : findings.tables()) {
            table.rows()
                    .forEach((row, times) -> times.forEach((engine, time) -> {
                        Map<String, Object> figure = new LinkedHashMap<>();
                        figure.put("benchmark", table.benchmark());
                        figure.put("parameters", row);
                        figure.put("engine", engine);
                        figure.put("values", time.sorted().size());
                        figure.put("median", time.median());
                        figure.put("least", time.least());
                        figure.put("lowerQuartile", time.quantile(0.25));
                        figure.put("upperQuartile", time.quantile(0.75));
                        figure.put("greatest", time.greatest());
                        findings.share(table.benchmark(), row, time.median())
                                .ifPresent(share -> figure.put("shareOfPeak", share));
                        figures.add(figure);
                    }));
        }
        json.put("figures", figures);
        return Json.write(json, true) + "\n";
    }
}
