package dev.swath.fianet.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.image.RgbImage;
import dev.swath.files.json.Json;
import dev.swath.kernels.Parallelism;
import dev.swath.nn.train.TrainingException;
import dev.swath.nn.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingRunTest {
    private static final List<String> FILES = List.of(
            "last/model.safetensors", "last/training.safetensors", "best/model.safetensors", "last/config.json");

    @TempDir
    private Path folder;

    private static void assertSame(Path a, Path b) throws IOException {
        for (String file : FILES) {
            assertEquals(-1, Files.mismatch(a.resolve(file), b.resolve(file)), file);
        }
    }

    private Path whole(String more) {
        Path out = folder.resolve("whole");
        TinyRun.run(out, TinyRun.config(more), false, Long.MAX_VALUE);
        return out;
    }

    /** Throws in the middle of a run, as if the process died after that step. */
    private static final class Death implements TrainingListener {
        private final long step;

        Death(long step) {
            this.step = step;
        }

        @Override
        public void onStep(Step e) {
            if (e.steps() == step) {
                throw new IllegalStateException("dead");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 6, 8})
    void aRunThatDiedAndWentOnEqualsOneThatDidNot(long step) throws IOException {
        Path whole = whole("{}");
        Path cut = folder.resolve("cut");
        TrainingConfig config = TinyRun.config("{\"save_every\": 3}");
        try (TrainingRun run =
                TrainingRun.open(TinyRun.options(cut, config, false, Long.MAX_VALUE, Parallelism.single()))) {
            List<TrainingListener> listeners = List.of(new Death(step));
            assertThrows(IllegalStateException.class, () -> run.run(listeners));
        }
        TinyRun.run(cut, config, true, Long.MAX_VALUE);
        assertSame(whole, cut);
        List<Long> steps = new ArrayList<>();
        for (String line : Files.readAllLines(cut.resolve("metrics.jsonl"))) {
            var record = Json.parseObject(line);
            if ("step".equals(record.get("kind"))) {
                steps.add(Json.asLong(record.get("step"), "step"));
            }
        }
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L), steps);
        assertEquals(11, Files.readAllLines(cut.resolve("metrics.csv")).size());
    }

    @Test
    void accumulatedStepsResumeToo() throws IOException {
        String more = "{\"batch\": 1, \"accumulate\": 3, \"augment\": [\"squares\"], \"optimizer\": {\"clip\": 0.5}}";
        Path whole = whole(more);
        Path cut = folder.resolve("cut");
        TinyRun.run(cut, TinyRun.config(more), false, 2);
        TinyRun.run(cut, TinyRun.config(more), true, 4);
        TinyRun.run(cut, TinyRun.config(more), true, Long.MAX_VALUE);
        assertSame(whole, cut);
    }

    @Test
    void threadsAndCheckpointingChangeNothing() throws IOException {
        Path whole = whole("{}");
        Path other = folder.resolve("other");
        try (Parallelism two = Parallelism.ofThreads(2);
                TrainingRun run = TrainingRun.open(TinyRun.options(
                        other, TinyRun.config("{\"checkpointing\": true}"), false, Long.MAX_VALUE, two))) {
            run.run(List.of());
        }
        assertSame(whole, other);
    }

    /** Runs with that many loader threads up to a step; asserts that so many read. */
    private static void read(Path out, TrainingConfig config, int loaderThreads, long maxSteps) {
        AtomicLong most = new AtomicLong();
        try (TrainingRun run =
                TrainingRun.open(TinyRun.options(out, config, true, maxSteps, Parallelism.single(), loaderThreads))) {
            run.run(List.of(new TrainingListener() {
                @Override
                public void onStep(Step e) {
                    long alive = Thread.getAllStackTraces().keySet().stream()
                            .filter(t -> t.getName().startsWith("swath-loader-") && t.isAlive())
                            .count();
                    most.accumulateAndGet(alive, Math::max);
                }
            }));
        }
        assertEquals(loaderThreads, most.get());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void loaderThreadsChangeNothingAndMayDifferAfterAResume(int loaderThreads) throws IOException {
        String more = "{\"augment\": [\"squares\", \"turns\"]}";
        Path whole = whole(more);
        Path other = folder.resolve("other");
        read(other, TinyRun.config(more), loaderThreads, 3);
        read(other, TinyRun.config(more), 6 - loaderThreads, Long.MAX_VALUE);
        assertSame(whole, other);
    }

    @Test
    void aStopSavesAndTheEvaluationIsMadeUpFor() throws IOException {
        Path whole = whole("{}");
        Path cut = folder.resolve("cut");
        try (TrainingRun run = TrainingRun.open(
                TinyRun.options(cut, TinyRun.config("{}"), false, Long.MAX_VALUE, Parallelism.single()))) {
            TrainingListener.End end = run.run(List.of(new TrainingListener() {
                @Override
                public void onStep(Step e) {
                    if (e.steps() == 4) {
                        run.requestStop(); // the epoch ends here, so its evaluation is cut
                    }
                }
            }));
            assertEquals(TrainingListener.End.STOPPED, end);
        }
        assertTrue(RunState.read(cut.resolve("last/training.json")).evaluationDue());
        TinyRun.run(cut, TinyRun.config("{}"), true, Long.MAX_VALUE);
        assertSame(whole, cut);
        assertEquals(10, Files.readAllLines(cut.resolve("metrics.jsonl")).size());
    }

    @Test
    void killedAtAnyMomentItLosesNothing() throws Exception {
        Path whole = whole("{}");
        Path cut = folder.resolve("killed");
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 4; i++) {
            Process process = process(cut);
            Path state = cut.resolve("last/training.json");
            long before = Files.exists(state) ? RunState.read(state).steps() : 0;
            while (process.isAlive() && lastStep(cut) <= before) {
                Thread.sleep(5);
            }
            Thread.sleep(random.nextInt(40)); // by now it is about to save, or saving, or at the next step
            process.destroyForcibly().waitFor();
            try (RunFolder recovered = RunFolder.open(cut)) {
                boolean saved = recovered.has(RunFolder.LAST);
                assertTrue(saved || before == 0);
                assertTrue(!saved || RunState.read(state).steps() >= before);
            }
        }
        Process process = process(cut);
        assertTrue(process.waitFor(2, TimeUnit.MINUTES));
        assertEquals(0, process.exitValue());
        assertSame(whole, cut);
    }

    /** The last step that is whole in the log; 0 if there is none. */
    private static long lastStep(Path out) throws IOException {
        Path log = out.resolve("metrics.jsonl");
        String text = Files.exists(log) ? Files.readString(log) : "";
        int end = text.lastIndexOf('\n');
        if (end < 0) {
            return 0;
        }
        String line = text.substring(text.lastIndexOf('\n', end - 1) + 1, end);
        return Json.asLong(Json.parseObject(line).get("step"), "step");
    }

    private static Process process(Path out) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules=jdk.incubator.vector",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dswath.vector.force=true",
                        "-Djava.awt.headless=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TinyRun.class.getName(),
                        out.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Test
    void theModelFolderIsOneThatSegments() {
        Path out =
                whole("{\"model\": {\"wiring\": \"paper\", \"fusion_heads\": [2, 2, 2, 2], \"sentence_length\": 9}}");
        try (ReferringSegmenter segmenter = ReferringSegmenter.open(out.resolve("best"))) {
            byte[] rgb = new byte[3 * 50 * 40];
            var result = segmenter.segment(new RgbImage(50, 40, rgb), "the car on the left");
            assertEquals(50 * 40, result.mask().length);
            assertEquals(9, segmenter.parse("the car").encoding().ids().length);
        }
    }

    @Test
    void aFolderWithACheckpointIsNotOverwritten() {
        Path out = folder.resolve("a");
        TinyRun.run(out, TinyRun.config("{}"), false, 1);
        TrainingException e = assertThrows(
                TrainingException.class, () -> TinyRun.run(out, TinyRun.config("{}"), false, Long.MAX_VALUE));
        assertTrue(e.getMessage().contains("--resume"), e.getMessage());
    }

    @Test
    void aResumedRunKeepsItsConfiguration() {
        Path out = folder.resolve("a");
        TinyRun.run(out, TinyRun.config("{}"), false, 1);
        TrainingException e = assertThrows(
                TrainingException.class,
                () -> TinyRun.run(out, TinyRun.config("{\"optimizer\": {\"learning_rate\": 0.1}}"), true, 2));
        assertEquals(
                "[train] a resumed run keeps its configuration, but 'optimizer.learning_rate' is 0.002 in the checkpoint"
                        + " and 0.1 now; leave it as it was, or begin a new run in another folder",
                e.getMessage());
    }

    @Test
    void twoRunsCannotShareAFolder() {
        Path out = folder.resolve("a");
        try (TrainingRun first =
                TrainingRun.open(TinyRun.options(out, TinyRun.config("{}"), false, 1, Parallelism.single()))) {
            TrainingException e =
                    assertThrows(TrainingException.class, () -> TinyRun.run(out, TinyRun.config("{}"), false, 1));
            assertTrue(e.getMessage().contains("another run"), e.getMessage());
            assertFalse(first.plan().totalSteps() == 0);
        }
    }

    @Test
    void itLearns() throws IOException {
        Path out = folder.resolve("a");
        TinyRun.run(out, TinyRun.config("{\"epochs\": 12}"), false, Long.MAX_VALUE);
        List<String> lines = Files.readAllLines(out.resolve("metrics.jsonl"));
        double first = Json.asDouble(Json.parseObject(lines.getFirst()).get("loss"), "loss");
        double last =
                Json.asDouble(Json.parseObject(lines.get(lines.size() - 2)).get("loss"), "loss");
        assertTrue(last < 0.7 * first, first + " then " + last);
    }
}
