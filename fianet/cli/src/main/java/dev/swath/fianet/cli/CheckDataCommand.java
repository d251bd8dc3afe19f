package dev.swath.fianet.cli;

import dev.swath.fianet.data.DatasetCheck;
import dev.swath.fianet.data.Layout;
import dev.swath.fianet.data.Problem;
import dev.swath.files.Counted;
import dev.swath.files.json.Json;
import dev.swath.kernels.Parallelism;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what is missing, broken or odd in a data set. */
@Command(
        name = "check-data",
        description = {
            "Lists what is missing, broken or odd in a data set, before training starts.",
            "Exit code 1 if anything would stop training."
        },
        footer = {
            "",
            "Examples:",
            "  swath check-data --data RRSIS-D/",
            "  swath check-data --dataset refsegrs --data RefSegRS.zip --deep \\",
            "    --format csv"
        })
final class CheckDataCommand implements Callable<Integer> {
    /** Problems of a kind that the text lists; the other formats list all. */
    private static final int MAX_LISTED = 50;

    /** Columns for splits that are none of the data set's. */
    private static final int MAX_SPLITS = 4;

    enum Format {
        TEXT,
        JSON,
        CSV
    }

    @Spec
    CommandSpec spec;

    @Option(
            names = "--dataset",
            paramLabel = "NAME",
            description = "refsegrs, rrsisd or risbench (default: whichever is there).")
    Layouts.@Nullable Dataset dataset;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR|ZIP",
            description = "The data set's folder or zip file.")
    Path data;

    @Option(names = "--deep", description = "Decode every image, not only its header.")
    boolean deep;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to work with (default: one a processor).")
    @Nullable
    Integer threads;

    @Option(names = "--format", defaultValue = "text", description = "text, json or csv (default: ${DEFAULT-VALUE}).")
    Format format = Format.TEXT;

    @Override
    public Integer call() {
        var stdout = spec.commandLine().getOut();
        var stderr = spec.commandLine().getErr();
        Layout layout = Layouts.of(spec, data, dataset);
        try (Parallelism parallelism = RunOptions.parallelism(threads)) {
            DatasetCheck.Report report = DatasetCheck.run(data, layout, deep, parallelism);
            List<String> lines =
                    switch (format) {
                        case TEXT -> text(report);
                        case JSON -> List.of(Json.write(json(report), true));
                        case CSV -> problems(report).csv();
                    };
            lines.forEach(stdout::println);
            stdout.flush();
            stderr.println("swath: " + Counted.of(report.count(Problem.Severity.ERROR), "error") + ", "
                    + Counted.of(report.count(Problem.Severity.WARNING), "warning")
                    + (report.hasErrors() ? "; training would stop at an error." : "; training can start."));
            return report.hasErrors() ? 1 : 0;
        }
    }

    private static Table problems(DatasetCheck.Report report) {
        return new Table(
                List.of("severity", "kind", "split", "item", "text"),
                report.problems().stream()
                        .map(p -> List.of(name(p.kind().severity()), name(p.kind()), p.split(), p.item(), p.text()))
                        .toList());
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static List<String> text(DatasetCheck.Report report) {
        List<String> out = new ArrayList<>(counts(report).text());
        if (!report.problems().isEmpty()) {
            out.add("");
            Map<Problem.Kind, Integer> seen = new EnumMap<>(Problem.Kind.class);
            for (Problem p : report.problems()) {
                if (seen.merge(p.kind(), 1, Integer::sum) <= MAX_LISTED) {
                    out.add(heading(p.kind()) + ": " + p.text());
                }
            }
            seen.forEach((kind, n) -> {
                if (n > MAX_LISTED) {
                    out.add(heading(kind) + ": " + (n - MAX_LISTED) + " more; --format csv lists each");
                }
            });
        }
        return out;
    }

    private static String heading(Problem.Kind kind) {
        return name(kind.severity()) + " " + name(kind);
    }

    /** A column for each split, of unknown ones for the first few; one for what concerns none; a row for each kind that occurs. */
    private static Table counts(DatasetCheck.Report report) {
        Map<String, Integer> columns = new LinkedHashMap<>();
        report.triplets().keySet().forEach(split -> columns.put(split, columns.size()));
        List<String> others = new ArrayList<>(new TreeSet<>(report.problems().stream()
                .map(Problem::split)
                .filter(s -> !s.isEmpty() && !columns.containsKey(s))
                .toList()));
        others.stream().limit(MAX_SPLITS).forEach(split -> columns.put(split, columns.size()));
        int more = others.size() - MAX_SPLITS;
        List<String> headings = new ArrayList<>(List.of(name(report.dataset())));
        headings.addAll(columns.keySet());
        if (more > 0) {
            headings.add("(" + more + " more)");
        }
        headings.add("(none)");
        int width = headings.size() - 1;
        Map<Problem.Kind, long[]> counts = new EnumMap<>(Problem.Kind.class);
        for (Problem p : report.problems()) {
            int column = p.split().isEmpty() ? width - 1 : columns.getOrDefault(p.split(), columns.size());
            counts.computeIfAbsent(p.kind(), _ -> new long[width])[column]++;
        }
        List<List<String>> rows = new ArrayList<>();
        List<String> usable = new ArrayList<>(List.of("usable entries"));
        columns.keySet()
                .forEach(s -> usable.add(String.valueOf(report.triplets().getOrDefault(s, 0))));
        while (usable.size() <= width) {
            usable.add("");
        }
        rows.add(usable);
        counts.forEach((kind, n) -> {
            List<String> row = new ArrayList<>(List.of(heading(kind)));
            LongStream.of(n).mapToObj(String::valueOf).forEach(row::add);
            rows.add(row);
        });
        return new Table(headings, rows);
    }

    private static Map<String, Object> json(DatasetCheck.Report report) {
        Map<String, Object> counts = new LinkedHashMap<>();
        List<Object> problems = new ArrayList<>();
        for (Problem p : report.problems()) {
            counts.merge(name(p.kind()), 1L, (a, b) -> (Long) a + (Long) b);
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("severity", name(p.kind().severity()));
            entry.put("kind", name(p.kind()));
            entry.put("split", p.split());
            entry.put("item", p.item());
            entry.put("text", p.text());
            problems.add(entry);
        }
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("dataset", name(report.dataset()));
        out.put("data", report.path().toString());
        out.put("deep", report.deep());
        out.put("triplets", report.triplets());
        out.put("errors", report.count(Problem.Severity.ERROR));
        out.put("warnings", report.count(Problem.Severity.WARNING));
        out.put("counts", counts);
        out.put("problems", problems);
        return out;
    }
}
