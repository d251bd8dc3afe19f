package dev.swath.bench.report;

import dev.swath.bench.ops.Engines;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * What follows from one or several runs on one machine: tables of rows and engines, what is missing from them, and why they
 * are not to be trusted.
 */
public final class Findings {
    /** Quartiles that are further apart than that part of the median make a figure untrustworthy. */
    static final double SPREAD = 0.1;

    /** So few values of a figure say nothing of its spread. */
    static final int FEW = 4;

    /** Others may use that part of the machine's processor time. */
    private static final double OTHERS = 0.05;

    /** The hypervisor may give away that part of it. */
    private static final double STOLEN = 0.01;

    /** A benchmark's engines in the order of their columns, and its rows. */
    record Table(String benchmark, List<String> engines, Map<TreeMap<String, String>, Map<String, Sample>> rows) {}

    private final List<Session> sessions;
    private final List<Table> tables = new ArrayList<>();

    /** Of runs on one machine. */
    public Findings(List<Session> sessions) {
        if (sessions.stream().map(Session::machine).distinct().count() != 1) {
            throw new IllegalArgumentException("the runs were taken on different machines or JVMs");
        }
        this.sessions = List.copyOf(sessions);
        Map<String, List<Trial>> byBenchmark = new LinkedHashMap<>();
        trials().forEach(trial -> byBenchmark
                .computeIfAbsent(trial.benchmark(), _ -> new ArrayList<>())
                .add(trial));
        byBenchmark.forEach((benchmark, trials) -> tables.add(table(benchmark, trials)));
    }

    private static Table table(String benchmark, List<Trial> trials) {
        List<String> engines =
                new ArrayList<>(trials.stream().map(Trial::engine).distinct().toList());
        if (engines.remove(Engines.SWATH)) {
            engines.addFirst(Engines.SWATH);
        }
        Map<TreeMap<String, String>, Map<String, List<List<Double>>>> values = new LinkedHashMap<>();
        for (Trial trial : trials) {
            Map<String, List<List<Double>>> row = values.computeIfAbsent(trial.row(), _ -> new LinkedHashMap<>());
            if (trial.failure() == null) {
                row.computeIfAbsent(trial.engine(), _ -> new ArrayList<>()).add(trial.seconds());
            }
        }
        Map<TreeMap<String, String>, Map<String, Sample>> rows = new LinkedHashMap<>();
        values.forEach((row, engine) -> {
            Map<String, Sample> samples = new LinkedHashMap<>();
            engine.forEach((name, measured) -> samples.put(name, Sample.pooled(measured)));
            rows.put(row, samples);
        });
        return new Table(benchmark, engines, rows);
    }

    List<Session> sessions() {
        return sessions;
    }

    List<Table> tables() {
        return tables;
    }

    Machine machine() {
        return sessions.getFirst().machine();
    }

    private List<Trial> trials() {
        return sessions.stream().flatMap(session -> session.trials().stream()).toList();
    }

    /** The peak of each number of threads that was measured. */
    Map<Integer, Sample> peaks() {
        Map<Integer, List<List<Double>>> values = new TreeMap<>();
        for (Session session : sessions) {
            for (Peak peak : session.peaks()) {
                if (!peak.gflops().isEmpty()) {
                    values.computeIfAbsent(peak.threads(), _ -> new ArrayList<>())
                            .add(peak.gflops());
                }
            }
        }
        Map<Integer, Sample> peaks = new TreeMap<>();
        values.forEach((threads, measured) -> peaks.put(threads, Sample.pooled(measured)));
        return peaks;
    }

    /** The part of the peak of its threads that a time of the row means; empty where arithmetic does not take the time. */
    Optional<Double> share(String benchmark, Map<String, String> row, double seconds) {
        double flops = Arithmetic.flops(benchmark, row);
        Sample peak = peaks().get(Integer.parseInt(row.getOrDefault("threads", "1")));
        return flops == 0 || peak == null ? Optional.empty() : Optional.of(flops / seconds / (peak.greatest() * 1e9));
    }

    /** What was asked and not measured, each with the reason. */
    public List<String> missing() {
        List<String> missing = new ArrayList<>();
        for (Trial trial : trials()) {
            if (trial.failure() != null) {
                missing.add(trial.name() + " (" + trial.failure() + ")");
            }
        }
        for (Session session : sessions) {
            for (Peak peak : session.peaks()) {
                if (peak.gflops().isEmpty()) {
                    missing.add("the peak of " + threads(peak.threads()));
                }
            }
        }
        return missing.stream().distinct().toList();
    }

    static String threads(int threads) {
        return threads == 1 ? "1 thread" : threads + " threads";
    }

    /** Why the figures are not to be trusted, a sentence each; empty on a quiet machine. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        List<Trial> trials = trials();
        if (trials.stream().anyMatch(trial -> trial.failure() == null && trial.busy() == null)) {
            warnings.add("This system does not tell how busy it was with other work.");
        }
        most(trials, Load.Busy::others, OTHERS)
                .ifPresent(worst -> warnings.add(
                        "Other work took " + percent(worst.busy().others()) + " of the machine's processor time during "
                                + worst.trial().name() + "."));
        most(trials, Load.Busy::stolen, STOLEN)
                .ifPresent(worst -> warnings.add("The hypervisor gave away "
                        + percent(worst.busy().stolen()) + " of the machine's processor time during "
                        + worst.trial().name() + "."));
        spreads(warnings);
        peaks().forEach((threads, peak) -> {
            if (peak.spread() > SPREAD) {
                warnings.add("The peak of " + threads(threads) + " itself is uncertain: its quartiles are "
                        + percent(peak.spread()) + " of its median apart.");
            }
        });
        return warnings;
    }

    private record Disturbed(Trial trial, Load.Busy busy) {}

    /** The trial with the most of it, if that is too much. */
    private static Optional<Disturbed> most(List<Trial> trials, ToDoubleFunction<Load.Busy> part, double bound) {
        Optional<Disturbed> worst = Optional.empty();
        for (Trial trial : trials) {
            Load.Busy busy = trial.busy();
            if (busy != null
                    && part.applyAsDouble(busy)
                            > Math.max(
                                    bound,
                                    worst.map(w -> part.applyAsDouble(w.busy)).orElse(0.0))) {
                worst = Optional.of(new Disturbed(trial, busy));
            }
        }
        return worst;
    }

    private void spreads(List<String> warnings) {
        int figures = 0;
        int wide = 0;
        int few = 0;
        double widest = 0;
        for (Table table : tables) {
            for (Map<String, Sample> row : table.rows().values()) {
                for (Sample sample : row.values()) {
                    figures++;
                    few += sample.sorted().size() < FEW ? 1 : 0;
                    wide += sample.spread() > SPREAD ? 1 : 0;
                    widest = Math.max(widest, sample.spread());
                }
            }
        }
        if (few > 0) {
            warnings.add(few + " of " + figures + " figures rest on fewer than " + FEW
                    + " values: nothing is known of their spread.");
        }
        if (wide > 0) {
            warnings.add(
                    wide + " of " + figures + " figures, marked with !, spread too much: their quartiles are up to "
                            + percent(widest) + " of the median apart.");
        }
    }

    static String percent(double part) {
        return String.format(Locale.ROOT, part < 0.1 ? "%.1f %%" : "%.0f %%", 100 * part);
    }
}
