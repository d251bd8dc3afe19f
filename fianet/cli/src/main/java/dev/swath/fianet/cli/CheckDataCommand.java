package dev.swath.fianet.cli;

import dev.swath.fianet.data.DatasetCheck;
import dev.swath.fianet.data.Problem;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.json.Json;
import dev.swath.kernels.Parallelism;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
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
            description = "refsegrs or rrsisd (default: whichever layout is there).")
    @Nullable
    DatasetVocabulary dataset;

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
        DatasetVocabulary layout = dataset;
        if (layout == null) {
            layout = DatasetCheck.detect(data)
                    .orElseThrow(() -> new UsageException(data
                            + " has neither the layout of RefSegRS (output_phrase_train.txt, images/, masks/) nor that of"
                            + " RRSIS-D (rrsisd/refs(unc).p, rrsisd/instances.json, images/rrsisd/JPEGImages/)"));
            stderr.println(
                    "swath: " + data + " has the layout of " + layout.name().toLowerCase(Locale.ROOT) + ".");
        }
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
            stderr.println("swath: " + report.count(Problem.Severity.ERROR) + " errors, "
                    + report.count(Problem.Severity.WARNING) + " warnings"
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
            report.problems().forEach(p -> out.add(name(p.kind().severity()) + " " + name(p.kind()) + ": " + p.text()));
        }
        return out;
    }

    /** A column for each split, one for what concerns none, a row for each kind that occurs. */
    private static Table counts(DatasetCheck.Report report) {
        TreeSet<String> others = new TreeSet<>();
        report.problems().forEach(p -> others.add(p.split()));
        List<String> splits = new ArrayList<>(report.triplets().keySet());
        others.stream().filter(s -> !s.isEmpty() && !splits.contains(s)).forEach(splits::add);
        List<String> headings = new ArrayList<>(List.of(name(report.dataset())));
        headings.addAll(splits);
        headings.add("(none)");
        List<List<String>> rows = new ArrayList<>();
        List<String> usable = new ArrayList<>(List.of("usable triplets"));
        splits.forEach(s -> usable.add(String.valueOf(report.triplets().getOrDefault(s, 0))));
        usable.add("");
        rows.add(usable);
        splits.add("");
        for (Problem.Kind kind : Problem.Kind.values()) {
            List<String> row = new ArrayList<>(List.of(name(kind.severity()) + " " + name(kind)));
            long total = 0;
            for (String split : splits) {
                long n = report.problems().stream()
                        .filter(p -> p.kind() == kind && p.split().equals(split))
                        .count();
                total += n;
                row.add(String.valueOf(n));
            }
            if (total > 0) {
                rows.add(row);
            }
        }
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
