package dev.swath.bench;

import dev.swath.bench.report.Findings;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.Main;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Command behind {@code bench/run}: takes JMH's arguments, measures every row of what they select with each engine in turn
 * ({@link Selection.Row#turns}), and prints the table. Whatever was asked and is not in the table is named, and then the exit
 * status is not 0. What JMH has to say goes to the standard error, so that the standard output holds the table alone.
 */
final class Run {
    /** All that was measured and what follows from it, for programs. */
    static final String SUMMARY = "summary.json";

    /** Held while anything is measured: JMH's own lock is free between two turns. */
    private static final Path LOCK = Path.of(System.getProperty("java.io.tmpdir"), "swath-bench.lock");

    private Run() {}

    /**
     * Runs the command; the exit status is 0 if all that was asked is in the table, 1 if not, 2 if the arguments are wrong or
     * select nothing.
     */
    public static void main(String[] arguments) throws Exception {
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) throws Exception {
        CommandLineOptions given;
        try {
            given = new CommandLineOptions(arguments);
        } catch (CommandLineOptionException wrong) {
            return refuse(wrong.getMessage());
        }
        if (given.shouldHelp()
                || given.shouldList()
                || given.shouldListWithParams()
                || given.shouldListProfilers()
                || given.shouldListResultFormats()) {
            Main.main(arguments);
            return 0;
        }
        Optional<String> refusal = refusal(given);
        if (refusal.isPresent()) {
            return refuse(refusal.get());
        }
        OutputFormat silent = OutputFormatFactory.createFormatInstance(System.err, VerboseMode.SILENT);
        Collection<BenchmarkListEntry> benchmarks =
                BenchmarkList.defaultList().find(silent, given.getIncludes(), given.getExcludes());
        if (benchmarks.isEmpty()) {
            return refuse("no benchmark's name matches " + String.join(", ", given.getIncludes())
                    + "; bench/run -l lists them.");
        }
        List<String> unknown = Selection.unknown(Selection.parameters(arguments), benchmarks);
        if (!unknown.isEmpty()) {
            return refuse("none of the benchmarks selected has a parameter " + String.join(", ", unknown)
                    + "; bench/run -lp lists them.");
        }
        try (FileChannel file = FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = file.tryLock()) {
            if (lock == null) {
                return fail(
                        "another run is at work on this machine (it holds " + LOCK + "); each would spoil the other.");
            }
            return measure(given, benchmarks);
        } catch (FileSystemException unwritable) {
            return fail("cannot write " + unwritable.getFile() + ".");
        } catch (IOException failure) {
            return fail(failure.getMessage());
        }
    }

    private static int measure(CommandLineOptions given, Collection<BenchmarkListEntry> benchmarks)
            throws IOException, InterruptedException {
        boolean peakAlone = benchmarks.stream().allMatch(Run::isPeak);
        List<Selection.Row> rows = Selection.rows(
                benchmarks.stream().filter(benchmark -> !isPeak(benchmark)).toList(), name -> values(given, name));
        Trials trials = new Trials(given, words(System.getenv("SWATH_BENCH_JVM")), newFolder());
        trials.run(
                rows,
                !"1".equals(System.getenv("SWATH_BENCH_ORDERS")),
                peakAlone || !"0".equals(System.getenv("SWATH_BENCH_PEAK")));
        int status = Summary.print(new Findings(List.of(trials.session())));
        System.err.println("bench/run: the results lie in " + trials.folder());
        return status;
    }

    /** The peak is measured beside every run, not in rows of its own. */
    private static boolean isPeak(BenchmarkListEntry benchmark) {
        return benchmark.getUserClassQName().equals(PeakFlops.class.getName());
    }

    private static Optional<Collection<String>> values(CommandLineOptions given, String parameter) {
        org.openjdk.jmh.util.Optional<Collection<String>> values = given.getParameter(parameter);
        return values.hasValue() ? Optional.of(values.get()) : Optional.empty();
    }

    private static List<String> words(@Nullable String text) {
        return text == null || text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }

    private static int fail(String reason) {
        System.err.println("bench/run: " + reason);
        return 1;
    }

    private static int refuse(String reason) {
        System.err.println("bench/run: " + reason);
        return 2;
    }

    /** Why these options of JMH cannot be taken, for they would change what the table says; empty if they can. */
    private static Optional<String> refusal(CommandLineOptions given) {
        if (given.getJvmArgs().hasValue()
                || given.getJvmArgsAppend().hasValue()
                || given.getJvmArgsPrepend().hasValue()) {
            return Optional.of(
                    "JVM options must be given by SWATH_BENCH_JVM; -jvmArgs and the like would take the place of"
                            + " those that the benchmarks need.");
        }
        if (given.getResult().hasValue()
                || given.getResultFormat().hasValue()
                || given.getOutput().hasValue()) {
            return Optional.of(
                    "-o, -rf and -rff cannot be given: the results lie in a folder that is named at the end.");
        }
        if (given.getThreads().hasValue() || given.getThreadGroups().hasValue()) {
            return Optional.of("-t and -tg cannot be given: threads are a parameter here, such as -p threads=2.");
        }
        if (!Set.of(Mode.AverageTime, Mode.SingleShotTime).containsAll(given.getBenchModes())) {
            return Optional.of("-bm must be avgt or ss, for the table compares times.");
        }
        return Optional.empty();
    }

    /** A folder for this run's files, named by the time of day. */
    private static Path newFolder() throws IOException {
        Path results = Path.of(System.getProperty("swath.bench.results", "results"));
        String time = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        Files.createDirectories(results);
        return Files.createDirectory(
                results.resolve(time.replaceAll("[-:Z]", "").replace('T', '-')));
    }
}
