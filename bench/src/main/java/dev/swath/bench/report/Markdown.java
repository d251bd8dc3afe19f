package dev.swath.bench.report;

import dev.swath.bench.ops.Engines;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Findings for people: where and when, what is missing, what to distrust, and then a table for each benchmark. A cell is the
 * median with the least and the greatest value; Swath's median is divided by each other engine's.
 */
public final class Markdown {
    private static final String MISSING = "missing";

    private final Findings findings;
    private final StringBuilder out = new StringBuilder();

    private Markdown(Findings findings) {
        this.findings = findings;
    }

    /** The text. */
    public static String of(Findings findings) {
        Markdown markdown = new Markdown(findings);
        markdown.head();
        markdown.findings.tables().forEach(markdown::table);
        return markdown.out.toString();
    }

    private void head() {
        for (Session session : findings.sessions()) {
            item("Measured " + session.started() + ", code " + session.code() + orders(session) + load(session)
                    + (session.options().isEmpty() ? "" : "; JVM options " + String.join(" ", session.options())));
        }
        findings.machine().lines().forEach(this::item);
        Map<Integer, Sample> peaks = findings.peaks();
        if (!peaks.isEmpty()) {
            item("Peak, measured: "
                    + peaks.entrySet().stream()
                            .map(peak -> String.format(
                                    Locale.ROOT,
                                    "%.0f GFLOP/s with %s (%.0f to %.0f)",
                                    peak.getValue().greatest(),
                                    Findings.threads(peak.getKey()),
                                    peak.getValue().least(),
                                    peak.getValue().greatest()))
                            .collect(Collectors.joining(", ")));
        }
        item("Each figure: median (least to greatest); ~ before a ratio: the ranges of the two overlap");
        out.append('\n');
        List<String> missing = findings.missing();
        if (!missing.isEmpty()) {
            out.append("**Missing: ").append(String.join("; ", missing)).append(".**\n\n");
        }
        List<String> warnings = findings.warnings();
        if (!warnings.isEmpty()) {
            out.append("**Warning, do not trust these figures.** ")
                    .append(String.join(" ", warnings))
                    .append("\n\n");
        }
    }

    private static String orders(Session session) {
        return session.orders() == 1 ? "" : "; engines in both orders";
    }

    private static String load(Session session) {
        String average = Double.isNaN(session.loadAverage())
                ? ""
                : String.format(Locale.ROOT, "; load average before %.2f", session.loadAverage());
        List<Load.Busy> busy = session.trials().stream()
                .flatMap(trial -> trial.meanwhile().stream())
                .toList();
        return busy.isEmpty()
                ? average
                : average + "; other work took "
                        + Findings.percent(
                                new Sample(busy.stream().map(Load.Busy::others).toList()).median())
                        + " of the processor time, the hypervisor "
                        + Findings.percent(
                                new Sample(busy.stream().map(Load.Busy::stolen).toList()).median())
                        + " (medians)";
    }

    private void item(String text) {
        out.append("- ").append(text).append('\n');
    }

    private void table(Findings.Table table) {
        List<String> engines = table.engines();
        boolean swath = engines.getFirst().equals(Engines.SWATH);
        List<String> peers = swath ? engines.subList(1, engines.size()) : List.of();
        TimeUnit unit = TimeUnit.of(table);
        boolean shares = table.rows().entrySet().stream().anyMatch(row -> row.getValue().values().stream()
                .anyMatch(time -> findings.share(table.benchmark(), row.getKey(), time.median())
                        .isPresent()));
        List<String> head =
                new ArrayList<>(table.rows().keySet().iterator().next().keySet());
        engines.forEach(engine -> head.add(engine + ", " + unit.name));
        peers.forEach(peer -> head.add("to " + peer));
        if (shares) {
            engines.forEach(engine -> head.add("of peak, " + engine));
        }
        out.append("### ").append(table.benchmark()).append("\n\n");
        line(head);
        line(head.stream().map(_ -> "---").toList());
        table.rows().forEach((row, times) -> {
            List<String> cells = new ArrayList<>(row.values());
            engines.forEach(engine -> cells.add(times.containsKey(engine) ? unit.cell(times.get(engine)) : MISSING));
            peers.forEach(peer -> cells.add(ratio(times, peer)));
            if (shares) {
                engines.forEach(engine -> cells.add(share(table.benchmark(), row, times, engine)));
            }
            line(cells);
        });
        out.append('\n');
    }

    private static String ratio(Map<String, Sample> times, String peer) {
        Sample own = times.get(Engines.SWATH);
        Sample other = times.get(peer);
        return own == null || other == null
                ? MISSING
                : String.format(Locale.ROOT, "%s%.2f", own.overlaps(other) ? "~" : "", own.median() / other.median());
    }

    private String share(String benchmark, TreeMap<String, String> row, Map<String, Sample> times, String engine) {
        Sample time = times.get(engine);
        return time == null
                ? MISSING
                : findings.share(benchmark, row, time.median())
                        .map(share -> String.format(Locale.ROOT, "%.0f %%", 100 * share))
                        .orElse("");
    }

    private void line(List<String> cells) {
        out.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    /** The unit of a table's times. */
    private record TimeUnit(String name, double seconds) {
        private static final List<TimeUnit> ALL = List.of(
                new TimeUnit("s", 1), new TimeUnit("ms", 1e-3), new TimeUnit("us", 1e-6), new TimeUnit("ns", 1e-9));

        /** The largest in which no median is below 1. */
        static TimeUnit of(Findings.Table table) {
            double least = table.rows().values().stream()
                    .flatMap(row -> row.values().stream())
                    .mapToDouble(Sample::median)
                    .min()
                    .orElse(1);
            return ALL.stream()
                    .filter(unit -> unit.seconds <= least)
                    .findFirst()
                    .orElse(ALL.getLast());
        }

        String cell(Sample time) {
            return number(time.median())
                    + (time.spread() > Findings.SPREAD ? "!" : "")
                    + (time.sorted().size() == 1
                            ? ""
                            : " (" + number(time.least()) + " to " + number(time.greatest()) + ")");
        }

        private String number(double time) {
            double value = time / seconds;
            return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
        }
    }
}
