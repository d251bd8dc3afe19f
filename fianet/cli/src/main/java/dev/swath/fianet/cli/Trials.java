package dev.swath.fianet.cli;

import dev.swath.fianet.data.Split;
import dev.swath.fianet.metrics.Scores;
import dev.swath.fianet.train.TrainingConfig;
import dev.swath.fianet.train.TrainingData;
import dev.swath.fianet.train.TrainingRun;
import dev.swath.files.AtomicFile;
import dev.swath.files.Counted;
import dev.swath.files.FileFaults;
import dev.swath.files.NewFolders;
import dev.swath.files.Quoted;
import dev.swath.files.Unfinished;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Parallelism;
import dev.swath.nn.train.TrainingListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trains networks one after the other on the same data under one budget, each in a folder of its own, and measures each as it is then
 * on the test split. Run again with the same options it goes on where it was: what was measured is not measured again as long as the
 * network's checkpoint is the one that was.
 *
 * @param out where the networks' folders go
 * @param data to learn from and to measure on
 * @param budget of each network
 * @param backend whose kernels
 * @param threads that compute
 * @param progress is told how it goes
 */
record Trials(
        Path out,
        DataOptions data,
        BudgetOptions budget,
        Backend backend,
        Parallelism threads,
        TrainingProgress progress) {
    private static final String OUTCOME = "outcome.json";
    private static final String BUDGET = "budget.json";

    /** Steps that tell how many fit into a time: the first ones are slower than the rest. */
    private static final int TRIED = 12;

    /**
     * One network.
     *
     * @param name of its folder
     * @param label for people
     * @param config what it is and how it learns; the number of epochs goes by the budget
     * @param vocabulary the {@code vocab.txt}
     * @param origin of its first weights
     */
    record Entrant(String name, String label, TrainingConfig config, Path vocabulary, TrainingRun.Origin origin) {}

    /**
     * What came of one.
     *
     * @param parameters of the network
     * @param steps that it was trained for
     * @param seconds that these took, without evaluations and checkpoints
     * @param data that it was measured on, for people
     * @param drawn whether those are drawn scenes
     * @param scores on the test split
     */
    record Outcome(long parameters, long steps, double seconds, String data, boolean drawn, Scores scores) {
        Map<String, Object> toJson() {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("parameters", parameters);
            out.put("steps", steps);
            out.put("seconds", Math.round(seconds * 1000) / 1000.0);
            out.put("data", data);
            out.put("drawn", drawn);
            out.put("samples", scores.count());
            for (String measure : Scores.MEASURES) {
                out.put(measure, scores.measure(measure));
            }
            out.put("intersection", scores.intersection());
            out.put("union", scores.union());
            return out;
        }

        static Outcome of(Fields f) {
            List<Double> precision = Scores.MEASURES.stream()
                    .limit(Scores.THRESHOLDS.size())
                    .map(m -> f.number(m, 0))
                    .toList();
            return new Outcome(
                    f.longInteger("parameters", 0),
                    f.longInteger("steps", 0),
                    f.number("seconds", 0),
                    f.text("data", ""),
                    f.flag("drawn", false),
                    new Scores(
                            f.integer("samples", 0),
                            f.longInteger("intersection", 0),
                            f.longInteger("union", 0),
                            f.number("mIoU", 0),
                            f.number("oIoU", 0),
                            precision));
        }
    }

    /** Trains and measures one network, or goes on with it; nothing if the process was asked to end meanwhile, and what was done is saved. */
    Optional<Outcome> run(Entrant entrant) {
        Path folder = out.resolve(entrant.name);
        TrainingConfig config = entrant.config;
        try (DataOptions.Opened opened = data.open(Split.TEST, config.model().imageSize())) {
            int perEpoch = Math.max(1, opened.train().size() / config.batch() / config.accumulate());
            long steps = steps(entrant, opened, perEpoch);
            progress.say(entrant.label);
            TrainingConfig whole = config.withEpochs(Math.toIntExact(Math.ceilDiv(steps, (long) perEpoch)));
            try (TrainingRun training = TrainingRun.open(options(entrant, folder, whole, opened, steps))) {
                Optional<Outcome> known = known(folder);
                if (training.steps() >= training.plan().lastStep() && known.isPresent()) {
                    return known;
                }
                Stopwatch time = new Stopwatch(folder, training.steps());
                long last = training.plan().lastStep();
                TrainingListener.End end =
                        Interruptible.run(training, progress, List.of(progress, time, new TrainingListener() {
                            @Override
                            public void onEnd(End how, long steps) {
                                if (how == End.STOPPED) {
                                    progress.say("saved after step " + steps + " of " + last + " in "
                                            + folder.resolve("last") + "; the same command goes on there");
                                }
                            }
                        }));
                if (end == TrainingListener.End.STOPPED) {
                    return Optional.empty();
                }
                Outcome outcome = new Outcome(
                        training.parameters(),
                        training.plan().lastStep(),
                        time.seconds(),
                        EvaluationTables.name(opened.selection()) + ", split '"
                                + opened.selection().split().key() + "', "
                                + Counted.of(opened.selection().size(), "sample"),
                        opened.selection().drawn(),
                        training.measure());
                Map<String, Object> json = outcome.toJson();
                json.put("checkpoint", state(folder));
                write(folder.resolve(OUTCOME), json);
                return Optional.of(outcome);
            }
        }
    }

    private TrainingRun.Options options(
            Entrant entrant, Path folder, TrainingConfig config, DataOptions.Opened opened, long steps) {
        return new TrainingRun.Options(
                folder,
                config,
                new TrainingData(opened.train(), opened.selection()),
                entrant.vocabulary,
                entrant.origin,
                true,
                steps,
                backend,
                threads,
                data.loaderThreads(),
                Map.of("trial", entrant.label));
    }

    /** How many steps the budget is; for a budget of minutes found once, by the speed of a few steps that are thrown away. */
    private long steps(Entrant entrant, DataOptions.Opened opened, int perEpoch) {
        if (budget.steps != null) {
            return budget.steps;
        }
        double minutes = budget.minutes == null ? 0 : budget.minutes;
        Path file = out.resolve(entrant.name).resolve(BUDGET);
        if (Files.exists(file)) {
            Fields f = Fields.of(file);
            if (f.number("minutes", 0) != minutes) {
                throw new UsageException(entrant.label + " was begun with --minutes " + f.number("minutes", 0)
                        + "; give the same, or another --out");
            }
            return Math.max(1, f.longInteger("steps", 1));
        }
        long steps = Math.max(1, Math.round(60 * minutes / secondsAStep(entrant, opened, perEpoch)));
        Outputs.created(out.resolve(entrant.name));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("minutes", minutes);
        json.put("steps", steps);
        write(file, json);
        return steps;
    }

    private double secondsAStep(Entrant entrant, DataOptions.Opened opened, int perEpoch) {
        progress.say("timing " + TRIED + " steps of " + entrant.label + " ...");
        NewFolders made;
        Path scratch;
        try {
            made = NewFolders.make(out);
            scratch = Unfinished.folder(out);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "[output] the folder " + Quoted.path(out) + " cannot be written to (" + FileFaults.reason(e) + ")",
                    e);
        }
        TrainingConfig tried = entrant.config.withEpochs(Math.ceilDiv(TRIED, perEpoch));
        Pace pace = new Pace();
        try (TrainingRun training = TrainingRun.open(options(entrant, scratch, tried, opened, TRIED))) {
            training.run(List.of(pace));
        } finally {
            Unfinished.delete(scratch);
            made.undo(); // what is kept makes it again
        }
        return pace.secondsAStep();
    }

    private static void write(Path file, Map<String, Object> json) {
        AtomicFile.write(file, (Json.write(json, true) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** What tells one checkpoint from another: its state, which has the sums of its files. */
    private static String state(Path folder) {
        try {
            return Files.readString(folder.resolve("last/training.json"));
        } catch (IOException e) {
            throw new IllegalStateException(
                    "[train] " + Quoted.path(folder.resolve("last/training.json")) + " cannot be read", e);
        }
    }

    private static Optional<Outcome> known(Path folder) {
        Path file = folder.resolve(OUTCOME);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Fields f = Fields.of(file);
            return f.text("checkpoint", "").equals(state(folder)) ? Optional.of(Outcome.of(f)) : Optional.empty();
        } catch (JsonException e) {
            return Optional.empty(); // measured again
        }
    }

    /** Seconds of training so far, kept beside the checkpoints that they led to. */
    private static final class Stopwatch extends Pace {
        private static final String FILE = "time.json";
        private final Path file;
        private final double before;

        Stopwatch(Path folder, long steps) {
            file = folder.resolve(FILE);
            before = steps == 0 || !Files.exists(file) ? 0 : before(Fields.of(file), steps);
        }

        /** A process that died between a checkpoint and this file leaves the time of an older one. */
        private static double before(Fields f, long steps) {
            long counted = Math.max(1, f.longInteger("steps", 1));
            return f.number("seconds", 0) * steps / counted;
        }

        double seconds() {
            return before + super.seconds();
        }

        @Override
        public void onCheckpoint(Checkpoint event) {
            super.onCheckpoint(event);
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("steps", event.steps());
            json.put("seconds", seconds());
            write(file, json);
        }
    }
}
