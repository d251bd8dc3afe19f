package dev.swath.fianet.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.swath.files.json.Fields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A training process that is asked to end saves, says so, leaves nothing unfinished, and goes on as if it had not been cut. */
class StoppedRunTest {
    private static final Pattern SAVED = Pattern.compile("saved after step (\\d+) in ");
    private static final int SIGNALLED = 128;

    @TempDir
    Path folder;

    private List<Object> words(Path out, Object... more) throws IOException {
        return command("train", out, more);
    }

    private List<Object> command(String name, Path out, Object... more) throws IOException {
        Path config = Files.writeString(folder.resolve("tiny.json"), TrainingCommandsTest.TINY);
        List<Object> words = new ArrayList<>(List.of(name, "--dataset", "synthetic", "--out", out));
        words.addAll(List.of("--synth-count", 6, "--synth-val", 2, "--threads", 1));
        words.addAll(List.of("--config", config, "--vocab", Settings.bundledVocabulary()));
        words.addAll(List.of(more));
        return words;
    }

    private Process start(Path out) throws IOException {
        return start(out, words(out));
    }

    private Process start(Path out, List<Object> words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dswath.vector.force=true",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        words.forEach(w -> command.add(w.toString()));
        return new ProcessBuilder(command)
                .redirectOutput(out.resolveSibling("stdout").toFile())
                .redirectError(out.resolveSibling("stderr").toFile())
                .start();
    }

    private static long steps(Path out) throws IOException {
        Path log = out.resolve("metrics.csv");
        return Files.exists(log)
                ? Files.readAllLines(log).stream()
                        .filter(l -> l.startsWith("step,"))
                        .count()
                : 0;
    }

    /** Sends the signal as a shell does, and waits for the end. */
    private static int stopped(Process process, String signal) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                        .start()
                        .waitFor());
        assertTrue(process.waitFor(2, TimeUnit.MINUTES), "it ends");
        return process.exitValue();
    }

    /** Whether the process takes notice of SIGINT: one that a shell put into the background does not. */
    private static boolean heeds(Process process, int number) throws IOException {
        Path status = Path.of("/proc/" + process.pid() + "/status");
        assumeTrue(Files.exists(status), "signals are looked at on Linux");
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("SigCgt:")) {
                return (Long.parseUnsignedLong(line.substring(7).trim(), 16) >> (number - 1) & 1) == 1;
            }
        }
        return false;
    }

    @ParameterizedTest
    @CsvSource({"TERM,15", "INT,2"})
    void aRunThatIsAskedToEndSavesAndGoesOn(String signal, int number) throws IOException, InterruptedException {
        Path cut = folder.resolve("cut");
        Process process = start(cut);
        try {
            while (process.isAlive() && steps(cut) < 4) {
                Thread.sleep(20);
            }
            assertTrue(process.isAlive(), () -> read("stderr"));
            assumeTrue(heeds(process, number), "this build was started so that SIG" + signal + " is ignored");
            assertEquals(SIGNALLED + number, stopped(process, signal));
        } finally {
            process.destroyForcibly().waitFor();
        }
        String said = read("stderr");
        Matcher saved = SAVED.matcher(said);
        assertTrue(said.contains("stopping after this step") && saved.find(), said);
        assertFalse(said.contains("Exception"), said);
        assertEquals("", read("stdout"), "what is not done is not told to be");
        long at = Long.parseLong(saved.group(1));
        assertTrue(at >= 4, said);
        assertEquals(at, Fields.of(cut.resolve("last/training.json")).longInteger("steps", -1));
        assertEquals(List.of(), unfinished(cut));

        if (number != 15) {
            return; // what is saved is the same, whatever the signal
        }
        long end = at + 1;
        Cli.run(
                        "train",
                        "--dataset",
                        "synthetic",
                        "--synth-count",
                        6,
                        "--synth-val",
                        2,
                        "--threads",
                        1,
                        "--out",
                        cut,
                        "--resume",
                        "--max-steps",
                        end)
                .done();
        Path whole = folder.resolve("whole");
        Cli.run(words(whole, "--max-steps", end).toArray()).done();
        for (String name : files(whole.resolve("last"))) {
            if (name.endsWith(".safetensors")) {
                assertArrayEquals(
                        Files.readAllBytes(whole.resolve("last").resolve(name)),
                        Files.readAllBytes(cut.resolve("last").resolve(name)),
                        name);
            }
        }
        assertEquals(rows(whole), rows(cut), "each step and each evaluation stands once");
    }

    /** A comparison or an ablation likewise: the same command goes on. */
    @ParameterizedTest
    @CsvSource({"compare,fianet", "ablate,full"})
    void trialsThatAreAskedToEndSaveAndGoOn(String name, String first) throws IOException, InterruptedException {
        Path cut = folder.resolve("cut");
        int steps = name.equals("compare") ? 60 : 2000;
        List<Object> words = command(name, cut, "--steps", steps);
        if (name.equals("compare")) {
            words.addAll(List.of("--networks", first));
        }
        Process process = start(cut, words);
        try {
            while (process.isAlive() && steps(cut.resolve(first)) < 4) {
                Thread.sleep(20);
            }
            assertTrue(process.isAlive(), () -> read("stderr"));
            assumeTrue(heeds(process, 15), "this build was started so that SIGTERM is ignored");
            assertEquals(SIGNALLED + 15, stopped(process, "TERM"));
        } finally {
            process.destroyForcibly().waitFor();
        }
        String said = read("stderr");
        Matcher saved =
                Pattern.compile("saved after step (\\d+) of " + steps + " in ").matcher(said);
        assertTrue(said.contains("stopping after this step") && saved.find(), said);
        assertFalse(said.contains("Exception"), said);
        assertEquals("", read("stdout"), "what is not done is not told to be");
        Path run = cut.resolve(first);
        assertEquals(
                Long.parseLong(saved.group(1)),
                Fields.of(run.resolve("last/training.json")).longInteger("steps", -1));
        assertEquals(List.of(), unfinished(cut));
        if (name.equals("compare")) { // an ablation has the same trials, and eight networks of them
            String table = Cli.run(words.toArray()).done().out();
            assertTrue(table.contains("| FIANet "), table);
            assertEquals(steps, steps(run));
        }
    }

    /** Asked before its first step, there is nothing to save; the same command with --resume begins. */
    @Test
    void aRunThatIsAskedToEndAsItBegins() throws IOException, InterruptedException {
        Path cut = folder.resolve("cut");
        Process process = start(cut);
        try {
            while (process.isAlive() && !Files.exists(cut)) {
                Thread.sleep(1);
            }
            assumeTrue(heeds(process, 15), "this build was started so that SIGTERM is ignored");
            assertEquals(SIGNALLED + 15, stopped(process, "TERM"));
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertEquals(List.of(), unfinished(cut));
        Cli.run(words(cut, "--resume", "--max-steps", 2 + steps(cut)).toArray()).done();
    }

    /** Kind and step of each row of the log. */
    private static List<String> rows(Path run) throws IOException {
        return Files.readAllLines(run.resolve("metrics.csv")).stream()
                .map(l -> l.replaceFirst("^([^,]*,[^,]*).*", "$1"))
                .toList();
    }

    private String read(String name) {
        try {
            return Files.readString(folder.resolve(name));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    private static List<String> unfinished(Path run) throws IOException {
        try (Stream<Path> all = Files.walk(run)) {
            return all.map(p -> p.getFileName().toString())
                    .filter(n -> n.startsWith(".swath-") || n.endsWith(".new"))
                    .toList();
        }
    }
}
