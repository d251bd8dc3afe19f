package dev.swath.fianet.cli;

import dev.swath.fianet.data.ReferringDataset;
import dev.swath.fianet.metrics.Evaluation;
import dev.swath.fianet.metrics.Published;
import dev.swath.fianet.metrics.Scores;
import dev.swath.files.Counted;
import dev.swath.files.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The paper's tables: all samples beside the published systems (I for RefSegRS, III for RRSIS-D), and mIoU by category beside four of
 * them (II and IV). Of drawn scenes and of other data sets nothing is published: their tables have no number and our figures only.
 */
final class EvaluationTables {
    enum Format {
        TEXT,
        MARKDOWN,
        CSV,
        JSON
    }

    private final String model;
    private final ReferringDataset dataset;
    private final Evaluation.Report report;
    private final Optional<Published> overall;
    private final Optional<Published> byCategory;

    EvaluationTables(String model, ReferringDataset dataset, Evaluation.Report report) {
        this.model = model;
        this.dataset = dataset;
        this.report = report;
        this.overall = dataset.drawn() ? Optional.empty() : Published.overall(dataset.vocabulary());
        this.byCategory = dataset.drawn() ? Optional.empty() : Published.categories(dataset.vocabulary());
    }

    /** What is printed. */
    List<String> lines(Format format) {
        String first = title(overall, "");
        String second = title(byCategory, ", by category");
        return switch (format) {
            case TEXT -> join(first, overall().text(), second, categories().text());
            case MARKDOWN ->
                join(
                        "**" + first + "**",
                        overall().markdown(),
                        "**" + second + "**",
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

    /** What a data set is called in titles: by its name, or as scenes that were drawn. */
    static String name(ReferringDataset dataset) {
        String name = dataset.vocabulary().title();
        return dataset.drawn() ? "drawn scenes in the manner of " + name : name;
    }

    private String title(Optional<Published> table, String what) {
        String name = name(dataset);
        return table.map(t -> "Table " + t.number() + ": ").orElse("")
                + (table.isPresent() ? name : name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1))
                + ", split '" + dataset.split().key() + "', " + Counted.of(dataset.size(), "sample") + what
                + (table.isEmpty()
                        ? dataset.drawn() ? "; nothing is published for drawn scenes" : ""
                        : what.isEmpty()
                                ? "; published rows are of the test split"
                                : "; the columns after mIoU are the mIoU published for the test split");
    }

    private static List<String> measures(String... before) {
        List<String> out = new ArrayList<>(List.of(before));
        out.addAll(Scores.MEASURES);
        return out;
    }

    private static String cell(@Nullable Double value) {
        return value == null ? "" : String.format(Locale.ROOT, "%.2f", value);
    }

    private static List<String> cells(List<String> before, List<? extends @Nullable Double> figures) {
        List<String> out = new ArrayList<>(before);
        figures.forEach(f -> out.add(cell(f)));
        return out;
    }

    /** Nothing but the last measure. */
    private static List<@Nullable Double> meanIou(double value) {
        List<@Nullable Double> out = new ArrayList<>(Collections.nCopies(Scores.MEASURES.size() - 1, null));
        out.add(value);
        return out;
    }

    private Table overall() {
        List<List<String>> rows = new ArrayList<>();
        if (overall.isEmpty()) {
            rows.add(cells(List.of(model), report.result().overall().measures()));
            return new Table(measures("method"), rows);
        }
        for (Published.Row p : overall.get().rows()) {
            rows.add(cells(List.of(p.name() + " (published)", p.venue()), p.figures()));
        }
        rows.add(cells(List.of(model, ""), report.result().overall().measures()));
        return new Table(measures("method", "venue"), rows);
    }

    /** The paper's categories in its order, then those that it has no row for. */
    private Set<String> categoryNames() {
        Set<String> names = new LinkedHashSet<>();
        byCategory.ifPresent(t -> t.rows().stream()
                .map(Published.Row::name)
                .filter(n -> !n.equals(Published.AVERAGE))
                .forEach(names::add));
        Set<String> ours = report.result().categories().keySet();
        dataset.vocabulary().classes().stream().filter(ours::contains).forEach(names::add);
        names.addAll(ours);
        return names;
    }

    private Table categories() {
        List<List<String>> rows = new ArrayList<>();
        for (String name : categoryNames()) {
            Scores s = report.result().categories().get(name);
            List<String> row = s == null
                    ? cells(List.of(name, "0"), Collections.nCopies(Scores.MEASURES.size(), null))
                    : cells(List.of(name, String.valueOf(s.count())), s.measures());
            rows.add(withPublished(row, name));
        }
        rows.add(withPublished(
                cells(List.of(Published.AVERAGE, ""), meanIou(report.result().categoryMean())), Published.AVERAGE));
        List<String> headings = measures("category", "samples");
        byCategory.ifPresent(t -> headings.addAll(t.columns()));
        return new Table(headings, rows);
    }

    private List<String> withPublished(List<String> row, String category) {
        return byCategory
                .map(t -> cells(
                        row,
                        t.row(category)
                                .<List<? extends @Nullable Double>>map(Published.Row::figures)
                                .orElse(Collections.nCopies(t.columns().size(), null))))
                .orElse(row);
    }

    /** One table for all: columns say which row is what, and of which data. */
    private Table csv() {
        String data = name(dataset) + ", " + dataset.split().key();
        String published = dataset.vocabulary().title() + ", test";
        List<List<String>> rows = new ArrayList<>();
        overall.ifPresent(t -> t.rows()
                .forEach(p ->
                        rows.add(cells(List.of("published", published, "", p.name(), p.venue(), ""), p.figures()))));
        Scores all = report.result().overall();
        rows.add(cells(List.of("overall", data, "", model, "", String.valueOf(all.count())), all.measures()));
        List<String> names = new ArrayList<>(categoryNames());
        names.add(Published.AVERAGE);
        for (String name : names) {
            byCategory.ifPresent(t -> t.row(name).ifPresent(p -> {
                for (int i = 0; i < t.columns().size(); i++) {
                    rows.add(cells(
                            List.of(
                                    "published category",
                                    published,
                                    name,
                                    t.columns().get(i),
                                    "",
                                    ""),
                            meanIou(p.figures().get(i))));
                }
            }));
            Scores s = report.result().categories().get(name);
            if (s != null) {
                rows.add(cells(List.of("category", data, name, model, "", String.valueOf(s.count())), s.measures()));
            }
        }
        rows.add(cells(
                List.of("category", data, Published.AVERAGE, model, "", ""),
                meanIou(report.result().categoryMean())));
        return new Table(measures("row", "data", "category", "method", "venue", "samples"), rows);
    }

    private static Map<String, Object> json(Scores s) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("samples", s.count());
        out.putAll(named(measures(), s.measures()));
        out.put("intersection", s.intersection());
        out.put("union", s.union());
        return out;
    }

    private static Map<String, Object> named(List<String> columns, List<Double> figures) {
        Map<String, Object> out = new LinkedHashMap<>();
        for (int i = 0; i < figures.size(); i++) {
            out.put(columns.get(i), figures.get(i));
        }
        return out;
    }

    private Map<String, Object> json() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("model", model);
        out.put("dataset", dataset.vocabulary().name().toLowerCase(Locale.ROOT));
        out.put("drawn", dataset.drawn());
        out.put("split", dataset.split().key());
        out.put("data_fingerprint", dataset.fingerprint());
        out.put("overall", json(report.result().overall()));
        Map<String, Object> categories = new LinkedHashMap<>();
        for (String name : categoryNames()) {
            Scores s = report.result().categories().get(name);
            if (s != null) {
                categories.put(name, json(s));
            }
        }
        out.put("categories", categories);
        out.put("mean_over_categories", report.result().categoryMean());
        out.put("published", overall.map(EvaluationTables::json).orElse(List.of()));
        out.put("published_categories", byCategory.map(EvaluationTables::json).orElse(List.of()));
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

    private static List<Object> json(Published table) {
        List<Object> rows = new ArrayList<>();
        for (Published.Row p : table.rows()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put(p.venue().isEmpty() ? "category" : "method", p.name());
            if (!p.venue().isEmpty()) {
                row.put("venue", p.venue());
            }
            row.put("split", "test");
            row.putAll(named(table.columns(), p.figures()));
            rows.add(row);
        }
        return rows;
    }
}
