package dev.swath.fianet.cli;

import dev.swath.fianet.data.ReferringDataset;
import dev.swath.fianet.metrics.Evaluation;
import dev.swath.fianet.metrics.Published;
import dev.swath.fianet.metrics.Scores;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The paper's tables: all samples beside the published systems (I and II), and by category (III and IV). */
final class EvaluationTables {
    enum Format {
        TEXT,
        MARKDOWN,
        CSV,
        JSON
    }

    private static final String MEAN = "mean over categories";

    private final String model;
    private final ReferringDataset dataset;
    private final Evaluation.Report report;

    EvaluationTables(String model, ReferringDataset dataset, Evaluation.Report report) {
        this.model = model;
        this.dataset = dataset;
        this.report = report;
    }

    /** What is printed. */
    List<String> lines(Format format) {
        return switch (format) {
            case TEXT ->
                join(title(true), overall().text(), title(false), categories().text());
            case MARKDOWN ->
                join(
                        "**" + title(true) + "**",
                        overall().markdown(),
                        "**" + title(false) + "**",
                        categories().markdown());
            case CSV -> csv().csv();
            case JSON -> List.of(Json.write(json(), true));
        };
    }

    private static List<String> join(String first, List<String> overall, String second, List<String> categories) {
        List<String> out = new ArrayList<>(List.of(first, ""));
        out.addAll(overall);
        out.addAll(List.of("", second, ""));
        out.addAll(categories);
        return out;
    }

    private String title(boolean overall) {
        boolean first = dataset.vocabulary() == DatasetVocabulary.REFSEGRS;
        String table = overall ? first ? "I" : "II" : first ? "III" : "IV";
        return "Table " + table + ": " + (first ? "RefSegRS" : "RRSIS-D") + ", split '"
                + dataset.split().key() + "', " + dataset.size() + " samples"
                + (overall ? "; published rows are of the test split" : ", by category");
    }

    private static List<String> measures(String... before) {
        List<String> out = new ArrayList<>(List.of(before));
        Scores.THRESHOLDS.forEach(x -> out.add("Pr@" + x));
        out.add("oIoU");
        out.add("mIoU");
        return out;
    }

    private static List<String> cells(
            List<String> before,
            List<? extends @Nullable Double> precision,
            @Nullable Double overall,
            @Nullable Double mean) {
        List<String> out = new ArrayList<>(before);
        precision.forEach(p -> out.add(cell(p)));
        out.add(cell(overall));
        out.add(cell(mean));
        return out;
    }

    private static String cell(@Nullable Double value) {
        return value == null ? "" : String.format(Locale.ROOT, "%.2f", value);
    }

    private static List<String> cells(Scores s, String... before) {
        return cells(List.of(before), s.precision(), s.overallIou(), s.meanIou());
    }

    private Table overall() {
        List<List<String>> rows = new ArrayList<>();
        for (Published p : Published.on(dataset.vocabulary())) {
            rows.add(cells(List.of(p.method() + " (published)"), p.precision(), p.overallIou(), p.meanIou()));
        }
        rows.add(cells(report.result().overall(), model));
        return new Table(measures("method"), rows);
    }

    private Table categories() {
        List<List<String>> rows = new ArrayList<>();
        report.result().categories().forEach((name, s) -> rows.add(cells(s, name, String.valueOf(s.count()))));
        List<String> last = new ArrayList<>(List.of(MEAN, ""));
        Scores.THRESHOLDS.forEach(x -> last.add(""));
        last.add("");
        last.add(cell(report.result().categoryMean()));
        rows.add(last);
        return new Table(measures("category", "samples"), rows);
    }

    /** One table for both: a column says which row is what. */
    private Table csv() {
        List<List<String>> rows = new ArrayList<>();
        for (Published p : Published.on(dataset.vocabulary())) {
            rows.add(cells(List.of("published", p.method(), ""), p.precision(), p.overallIou(), p.meanIou()));
        }
        Scores all = report.result().overall();
        rows.add(cells(all, "overall", model, String.valueOf(all.count())));
        report.result()
                .categories()
                .forEach((name, s) -> rows.add(cells(s, "category", name, String.valueOf(s.count()))));
        return new Table(measures("row", "name", "samples"), rows);
    }

    private static Map<String, Object> json(Scores s) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("samples", s.count());
        for (int i = 0; i < Scores.THRESHOLDS.size(); i++) {
            out.put("Pr@" + Scores.THRESHOLDS.get(i), s.precision().get(i));
        }
        out.put("oIoU", s.overallIou());
        out.put("mIoU", s.meanIou());
        out.put("intersection", s.intersection());
        out.put("union", s.union());
        return out;
    }

    private Map<String, Object> json() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("model", model);
        out.put("dataset", dataset.vocabulary().name().toLowerCase(Locale.ROOT));
        out.put("split", dataset.split().key());
        out.put("data_fingerprint", dataset.fingerprint());
        out.put("overall", json(report.result().overall()));
        Map<String, Object> categories = new LinkedHashMap<>();
        report.result().categories().forEach((name, s) -> categories.put(name, json(s)));
        out.put("categories", categories);
        out.put("mean_over_categories", report.result().categoryMean());
        List<Object> published = new ArrayList<>();
        for (Published p : Published.on(dataset.vocabulary())) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("method", p.method());
            row.put("split", "test");
            for (int i = 0; i < Scores.THRESHOLDS.size(); i++) {
                row.put("Pr@" + Scores.THRESHOLDS.get(i), p.precision().get(i));
            }
            row.put("oIoU", p.overallIou());
            row.put("mIoU", p.meanIou());
            published.add(row);
        }
        out.put("published", published);
        List<Object> samples = new ArrayList<>();
        for (Evaluation.Outcome o : report.outcomes()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("id", o.id());
            row.put("sentence", o.sentence());
            row.put("category", o.category());
            row.put("intersection", o.overlap().intersection());
            row.put("union", o.overlap().union());
            row.put("iou", o.overlap().iou());
            samples.add(row);
        }
        out.put("outcomes", samples);
        return out;
    }
}
