package dev.swath.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command in a process of its own, as {@code bench/run} starts it. */
class RunTest {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final String[] SMALL = {
        "GeluBenchmark", "-p", "shape=1000", "-p", "threads=1", "-wi", "0", "-i", "2", "-r", "20ms"
    };

    @TempDir
    Path folder;

    private record Outcome(int status, String out, String err) {}

    private Outcome run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                JAVA,
                "-Djava.io.tmpdir=" + folder, // where the locks lie
                "-Dswath.bench.results=" + folder.resolve("results"),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Run.class.getName()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SWATH_BENCH"));
        builder.environment().put("SWATH_BENCH_PEAK", "0");
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertTrue(process.waitFor(5, TimeUnit.MINUTES), "it hangs");
        return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private static String[] small(String... more) {
        return Stream.concat(Stream.of(SMALL), Stream.of(more)).toArray(String[]::new);
    }

    private String written(String name) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("results"))) {
            return Files.readString(
                    files.filter(file -> file.endsWith(name)).findFirst().orElseThrow());
        }
    }

    @Test
    void listingAndHelpAreNoRuns() throws Exception {
        Outcome list = run(Map.of(), "-l");
        assertEquals(0, list.status, list.err);
        assertTrue(list.out.contains("dev.swath.bench.GeluBenchmark.run"), list.out);
        Outcome help = run(Map.of(), "-h");
        assertEquals(0, help.status, help.err);
    }

    @Test
    void aSelectionOfNothingFails() throws Exception {
        Outcome outcome = run(Map.of(), "GelluBenchmark");
        assertEquals(2, outcome.status, outcome.err);
        assertEquals("", outcome.out);
        assertTrue(
                outcome.err.contains("bench/run: no benchmark's name matches GelluBenchmark; bench/run -l lists them."),
                outcome.err);
    }

    @Test
    void parametersThatNobodyHasFail() throws Exception {
        Outcome outcome = run(Map.of(), small("-p", "size=3"));
        assertEquals(2, outcome.status, outcome.err);
        assertTrue(outcome.err.contains("none of the benchmarks selected has a parameter size"), outcome.err);
    }

    @Test
    void optionsThatWouldSpoilTheTableFail() throws Exception {
        for (String[] options : new String[][] {
            {"-jvmArgsAppend", "-Xint"}, {"-t", "2"}, {"-bm", "thrpt"}, {"-rf", "csv"}, {"-nonsense", "1"}
        }) {
            Outcome outcome = run(Map.of(), small(options));
            assertEquals(2, outcome.status, options[0] + outcome.err);
            assertTrue(outcome.err.contains("bench/run: "), options[0] + outcome.err);
        }
    }

    @Test
    void aWholeRunPrintsAndKeepsItsTable() throws Exception {
        Outcome outcome = run(Map.of("SWATH_BENCH_PEAK", "1"), small("-p", "engine=swath,scalar"));
        assertEquals(0, outcome.status, outcome.err);
        assertTrue(outcome.out.startsWith("- Measured 2"), outcome.out);
        assertTrue(outcome.out.contains("engines in both orders"), outcome.out);
        assertTrue(outcome.out.contains("GFLOP/s with 1 thread"), outcome.out);
        assertTrue(outcome.out.contains("| to scalar |"), outcome.out);
        assertEquals(outcome.out, written("summary.md"));
        assertEquals(4, written("jmh.json").split("\"primaryMetric\"").length - 1);
        assertTrue(written("summary.json").contains("\"upperQuartile\""));
    }

    /** Several benchmarks in one run have shapes of their own: a turn runs its own alone. */
    @Test
    void severalBenchmarksAreMeasuredOneByOne() throws Exception {
        Outcome outcome = run(
                Map.of(),
                "SoftmaxBenchmark|LayerNormBenchmark",
                "-p",
                "engine=swath",
                "-p",
                "threads=1",
                "-wi",
                "0",
                "-i",
                "1",
                "-r",
                "20ms");
        assertEquals(0, outcome.status, outcome.err);
        assertTrue(outcome.out.contains("### SoftmaxBenchmark.run"), outcome.out);
        assertTrue(outcome.out.contains("### LayerNormBenchmark.run"), outcome.out);
        assertEquals(8, written("jmh.json").split("\"primaryMetric\"").length - 1);
    }

    @Test
    void anEngineWhoseCheckThrowsIsNamed() throws Exception {
        Outcome outcome = run(Map.of(), small("-p", "engine=swath,nobody"));
        assertEquals(1, outcome.status, outcome.err);
        assertTrue(outcome.out.contains("| 1000 | 1 | "), outcome.out);
        assertTrue(outcome.out.contains("| missing | missing |"), outcome.out);
        assertTrue(
                outcome.err.contains("bench/run: missing from the table: GeluBenchmark.run engine=nobody shape=1000"
                        + " threads=1 (there is no engine nobody)."),
                outcome.err);
    }

    /** A JVM that answers what machine it is on, and dies as soon as it is to measure. */
    @Test
    void anEngineWhoseProcessDiesIsNamed() throws Exception {
        Path jvm = Files.writeString(folder.resolve("java"), """
                #!/bin/sh
                case "$*" in
                    *ForkedMain*) kill -9 $$ ;;
                    *) exec '%s' "$@" ;;
                esac
                """.formatted(JAVA));
        assertTrue(jvm.toFile().setExecutable(true));
        Outcome outcome = run(Map.of(), small("-p", "engine=swath", "-jvm", jvm.toString()));
        assertEquals(1, outcome.status, outcome.err);
        assertTrue(outcome.out.contains("| 1000 | 1 | missing |"), outcome.out);
        assertTrue(
                outcome.err.contains("bench/run: missing from the table: GeluBenchmark.run engine=swath shape=1000"
                        + " threads=1 (Forked VM failed with exit code 137)."),
                outcome.err);
    }

    @Test
    void aJvmThatDoesNotStartIsNamed() throws Exception {
        Outcome outcome = run(Map.of("SWATH_BENCH_JVM", "-XX:+NoSuchOption"), small());
        assertEquals(1, outcome.status, outcome.err);
        assertTrue(
                outcome.err.contains("bench/run: a JVM with the options -XX:+NoSuchOption does not start"),
                outcome.err);
    }

    @Test
    void twoRunsDoNotSpoilEachOther() throws Exception {
        Path file = folder.resolve("swath-bench.lock");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assertTrue(lock.isValid());
            Outcome outcome = run(Map.of(), SMALL);
            assertEquals(1, outcome.status, outcome.err);
            assertEquals("", outcome.out);
            assertTrue(outcome.err.contains("bench/run: another run is at work on this machine"), outcome.err);
        }
    }
}
