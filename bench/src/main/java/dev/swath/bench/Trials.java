package dev.swath.bench;

import dev.swath.bench.report.Findings;
import dev.swath.bench.report.Load;
import dev.swath.bench.report.Machine;
import dev.swath.bench.report.Markdown;
import dev.swath.bench.report.Peak;
import dev.swath.bench.report.Session;
import dev.swath.bench.report.SummaryJson;
import dev.swath.bench.report.Trial;
import dev.swath.files.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Takes the turns of a run one after the other, each by a call of JMH of its own, and keeps the run's folder up to date after
 * each: JMH's results ({@code jmh.json}), the summary ({@value Run#SUMMARY}) and the table ({@code summary.md}). A run that is
 * cut off leaves what it had, with the rest named as missing.
 */
final class Trials {
    private static final List<String> FLAGS =
            List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED");

    private final CommandLineOptions given;
    private final List<String> jvmOptions;
    private final Path folder;
    private final String started = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    private final double loadAverage = Load.average();
    private final Machine machine;
    private final List<Peak> peaks = new ArrayList<>();
    private final List<Trial> trials = new ArrayList<>();
    private final List<RunResult> results = new ArrayList<>();
    private int orders = 1;

    /** With the options of JMH's command line and those for the measured JVMs; the folder is there already. */
    Trials(CommandLineOptions given, List<String> jvmOptions, Path folder) throws IOException, InterruptedException {
        this.given = given;
        this.jvmOptions = jvmOptions;
        this.folder = folder;
        this.machine = describe();
    }

    /** As the measured JVMs see it, which have options of their own. */
    private Machine describe() throws IOException, InterruptedException {
        Path answer = folder.resolve("machine.json.part");
        List<String> command = new ArrayList<>();
        command.add(given.getJvm()
                .orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(jvmOptions);
        command.addAll(FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), DescribeMachine.class.getName()));
        command.add(answer.toString());
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (process.waitFor() != 0) {
            throw new IOException("a JVM with the options " + String.join(" ", jvmOptions) + " does not start");
        }
        Machine here = Machine.fromJson(Json.parseObject(Files.readString(answer)));
        Files.delete(answer);
        return here;
    }

    Path folder() {
        return folder;
    }

    /** What has been measured until now. */
    Session session() {
        return new Session(
                started,
                Optional.ofNullable(System.getenv("SWATH_BENCH_CODE")).orElse("unknown"),
                jvmOptions,
                machine,
                loadAverage,
                orders,
                peaks,
                trials);
    }

    private record Turn(Selection.Row row, String engine) {
        Trial failed(String reason, Load.@Nullable Busy busy) {
            return new Trial(name(), row.with(engine), List.of(), reason, busy);
        }

        /** Class and method. */
        String name() {
            String[] parts = row.benchmark().split("\\.");
            return parts[parts.length - 2] + "." + parts[parts.length - 1];
        }
    }

    /** Measures all rows, and the peak of as many threads as each of them has before and after. */
    void run(List<Selection.Row> rows, boolean bothOrders, boolean withPeak) throws IOException {
        orders = bothOrders && rows.stream().anyMatch(row -> row.engines().size() > 1) ? 2 : 1;
        Set<String> benchmarks = rows.stream().map(Selection.Row::benchmark).collect(Collectors.toSet());
        List<Turn> turns = rows.stream()
                .flatMap(row -> row.turns(bothOrders).stream().map(engine -> new Turn(row, engine)))
                .toList();
        Set<Integer> threads = withPeak ? threads(rows) : Set.of();
        threads.forEach(this::peak);
        Set<Map<String, String>> failed = new HashSet<>();
        for (int i = 0; i < turns.size(); i++) {
            Turn turn = turns.get(i);
            Map<String, String> key = turn.row.with(turn.engine);
            key.put("", turn.row.benchmark());
            if (failed.contains(key)) {
                continue; // it is named as missing already
            }
            say("turn " + (i + 1) + " of " + turns.size());
            Trial trial = measure(turn, benchmarks);
            trials.add(trial);
            if (trial.failure() != null) {
                failed.add(key);
            }
            save(turns.subList(i + 1, turns.size()));
        }
        threads.forEach(this::peak);
        save(List.of());
    }

    private static Set<Integer> threads(List<Selection.Row> rows) {
        Set<Integer> threads = new TreeSet<>(Set.of(1));
        for (Selection.Row row : rows) {
            String number = row.parameters().getOrDefault("threads", "1");
            if (number.matches("[1-9]\\d{0,3}")) {
                threads.add(Integer.valueOf(number));
            }
        }
        return threads;
    }

    private static void say(String what) {
        System.err.println("# bench/run: " + what);
    }

    private Trial measure(Turn turn, Set<String> benchmarks) {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .parent(given)
                .include(exactly(turn.row.benchmark()))
                .shouldFailOnError(true);
        // JMH adds a parent's patterns to one's own, so that without this each turn would run all that was asked for.
        benchmarks.stream()
                .filter(other -> !other.equals(turn.row.benchmark()))
                .forEach(other -> options.exclude(exactly(other)));
        turn.row.with(turn.engine).forEach(options::param);
        Optional<Load> before = Load.now();
        try {
            Collection<RunResult> measured = jmh(options);
            Load.Busy busy = since(before);
            List<Double> seconds = seconds(measured);
            results.addAll(measured);
            return seconds.isEmpty()
                    ? turn.failed("JMH measured nothing", busy)
                    : new Trial(turn.name(), turn.row.with(turn.engine), seconds, null, busy);
        } catch (RunnerException failure) {
            return turn.failed(reason(failure), since(before));
        }
    }

    private static String exactly(String benchmark) {
        return "^" + Pattern.quote(benchmark) + "$";
    }

    private static Load.@Nullable Busy since(Optional<Load> before) {
        return before.flatMap(earlier -> Load.now().flatMap(now -> now.since(earlier)))
                .orElse(null);
    }

    private Collection<RunResult> jmh(ChainedOptionsBuilder options) throws RunnerException {
        if (!jvmOptions.isEmpty()) {
            options.jvmArgsPrepend(jvmOptions.toArray(String[]::new));
        }
        Options built = options.build();
        VerboseMode verbosity = built.verbosity().orElse(VerboseMode.NORMAL);
        return new Runner(built, OutputFormatFactory.createFormatInstance(System.err, verbosity)).run();
    }

    /** Seconds a call of each measured iteration. */
    private static List<Double> seconds(Collection<RunResult> measured) {
        return measured.stream()
                .flatMap(result -> result.getBenchmarkResults().stream())
                .flatMap(fork -> fork.getIterationResults().stream())
                .map(Trials::seconds)
                .toList();
    }

    private static double seconds(IterationResult iteration) {
        return iteration.getPrimaryResult().getScore()
                * 1e-9
                * iteration.getBenchmarkParams().getTimeUnit().toNanos(1);
    }

    /** The first line of the message of the first cause, which is what the benchmark or its process died of. */
    static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null || cause.getSuppressed().length > 0) {
            cause = cause.getCause() != null ? cause.getCause() : cause.getSuppressed()[0];
        }
        String message = Optional.ofNullable(cause.getMessage())
                .orElse("")
                .lines()
                .findFirst()
                .orElse("")
                .strip();
        return message.isEmpty() ? cause.getClass().getSimpleName() : message;
    }

    private void peak(int threads) {
        say("the peak of " + threads + (threads == 1 ? " thread" : " threads"));
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + Pattern.quote(PeakFlops.class.getName()) + "\\.")
                .verbosity(VerboseMode.SILENT)
                .threads(threads)
                .warmupIterations(3)
                .warmupTime(TimeValue.milliseconds(500))
                .measurementIterations(5)
                .measurementTime(TimeValue.milliseconds(500))
                .shouldFailOnError(true);
        if (given.getJvm().hasValue()) {
            options.jvm(given.getJvm().get());
        }
        List<Double> gflops = new ArrayList<>();
        try {
            double flops = PeakFlops.flopsPerRound(machine.vectorBits()) * (double) threads;
            seconds(jmh(options)).forEach(round -> gflops.add(flops / round / 1e9));
        } catch (RunnerException failure) {
            say("the peak cannot be measured: " + reason(failure));
        }
        peaks.add(new Peak(threads, gflops));
    }

    /** Writes the run's files anew; the turns that are left count as missing until they are taken. */
    private void save(List<Turn> left) throws IOException {
        List<Trial> all = new ArrayList<>(trials);
        left.forEach(turn -> all.add(turn.failed("the run ended before its turn", null)));
        Session now = session();
        Session whole = new Session(now.started(), now.code(), now.options(), machine, loadAverage, orders, peaks, all);
        ByteArrayOutputStream jmh = new ByteArrayOutputStream();
        ResultFormatFactory.getInstance(ResultFormatType.JSON, new PrintStream(jmh, true, StandardCharsets.UTF_8))
                .writeOut(results);
        write("jmh.json", jmh.toString(StandardCharsets.UTF_8));
        write(Run.SUMMARY, SummaryJson.of(whole));
        write("summary.md", Markdown.of(new Findings(List.of(whole))));
    }

    private void write(String name, String text) throws IOException {
        Path part = folder.resolve(name + ".part");
        Files.writeString(part, text);
        Files.move(part, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
}
