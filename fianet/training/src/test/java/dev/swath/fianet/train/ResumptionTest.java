package dev.swath.fianet.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.data.RefSegRs;
import dev.swath.fianet.data.Split;
import dev.swath.fianet.synth.DatasetWriter;
import dev.swath.fianet.synth.SyntheticScenes;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.json.Json;
import dev.swath.kernels.Parallelism;
import dev.swath.nn.train.TrainingException;
import dev.swath.nn.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that ended at the wrong moment, and what was changed before they went on. */
class ResumptionTest {
    @TempDir
    private Path folder;

    @TempDir
    private static Path shared;

    /** A run that was never cut. */
    private static Path whole;

    @BeforeAll
    static void runWhole() {
        whole = shared.resolve("whole");
        TinyRun.run(whole, TinyRun.config("{}"), false, Long.MAX_VALUE);
    }

    private Path run(String name, long maxSteps) {
        Path out = folder.resolve(name);
        TinyRun.run(out, TinyRun.config("{}"), false, maxSteps);
        return out;
    }

    /** Goes on with nothing but what the run itself knows. */
    private static void resume(Path out, long maxSteps) {
        TrainingConfig config = TrainingRun.configOf(out);
        if (config == null) {
            throw new IllegalStateException("no checkpoint was found in " + out);
        }
        TrainingRun.Options o = TinyRun.options(out, config, true, maxSteps, Parallelism.single());
        try (TrainingRun run = TrainingRun.open(with(o, null, o.data()))) {
            run.run(List.of());
        }
    }

    private static TrainingRun.Options with(TrainingRun.Options o, Path vocabulary, TrainingData data) {
        return new TrainingRun.Options(
                o.out(),
                o.config(),
                data,
                vocabulary,
                o.origin(),
                o.resume(),
                o.maxSteps(),
                o.backend(),
                o.parallelism(),
                o.loaderThreads(),
                o.provenance());
    }

    private static String refused(Path out) {
        String message = String.valueOf(
                assertThrows(TrainingException.class, () -> resume(out, 8)).getMessage());
        assertEquals(1, message.lines().count(), message);
        return message;
    }

    private static void edit(Path out, Consumer<Map<String, Object>> change) throws IOException {
        Path file = out.resolve("last/training.json");
        Map<String, Object> state = new LinkedHashMap<>(Json.parseObject(Files.readString(file)));
        change.accept(state);
        Files.writeString(file, Json.write(state, true));
    }

    private static void assertOnce(List<String> lines) {
        assertEquals(lines.size(), new HashSet<>(lines).size(), lines.toString());
    }

    /** Asserts that no step and no evaluation stands twice in any log, and that each of both is there. */
    private static void assertLogs(Path out, int steps, int evaluations) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(out.resolve("metrics.jsonl"))) {
            Map<String, Object> record = Json.parseObject(line);
            lines.add(record.get("kind") + " " + record.get("step"));
        }
        assertOnce(lines);
        assertEquals(steps + evaluations, lines.size(), lines.toString());
        List<String> rows = Files.readAllLines(out.resolve("metrics.csv")).stream()
                .skip(1)
                .map(row -> row.split(",")[0] + " " + row.split(",")[1])
                .toList();
        assertEquals(lines, rows);
        List<String> values = EventFile.values(out.resolve("tensorboard"));
        assertOnce(values);
        assertEquals(
                steps, values.stream().filter(v -> v.startsWith("train/loss ")).count());
        for (String tag : List.of("evaluation/oIoU ", "val/samples ")) {
            assertEquals(
                    evaluations, values.stream().filter(v -> v.startsWith(tag)).count(), tag);
        }
    }

    /** A kill after the evaluation's line and before the checkpoint that knows of it. */
    @Test
    void anEvaluationThatIsDueStandsOnce() throws IOException {
        Path out = run("a", 4);
        edit(out, state -> state.put("evaluation_due", true));
        resume(out, 5);
        assertLogs(out, 5, 1);
        resume(out, 8);
        assertLogs(out, 8, 2);
    }

    /** Throws when an event is told, after those who write the logs have heard of it. */
    private record Death(String event, long step) implements TrainingListener {
        private void at(String what, long steps) {
            if (what.equals(event) && steps == step) {
                throw new IllegalStateException("dead");
            }
        }

        @Override
        public void onStep(Step e) {
            at("step", e.steps());
        }

        @Override
        public void onEpoch(Epoch e) {
            at("evaluation", e.steps());
        }

        @Override
        public void onCheckpoint(Checkpoint e) {
            at("checkpoint", e.steps());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"step 5", "evaluation 4", "evaluation 8", "checkpoint 4", "checkpoint 8"})
    void whereverItDiesTheLogsAreThoseOfAWholeRun(String moment) throws IOException {
        Path cut = folder.resolve("cut");
        String[] words = moment.split(" ");
        TrainingConfig config = TinyRun.config("{\"save_every\": 3}");
        try (TrainingRun run =
                TrainingRun.open(TinyRun.options(cut, config, false, Long.MAX_VALUE, Parallelism.single()))) {
            List<TrainingListener> listeners = List.of(new Death(words[0], Long.parseLong(words[1])));
            assertThrows(IllegalStateException.class, () -> run.run(listeners));
        }
        resume(cut, Long.MAX_VALUE);
        assertLogs(cut, 8, 2);
        assertEquals(
                -1, Files.mismatch(whole.resolve("last/model.safetensors"), cut.resolve("last/model.safetensors")));
    }

    /** What a kill can leave between the renames of a checkpoint: the names that lie there, each a whole checkpoint. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "last.new",
                "last.new last.old",
                "last last.new",
                "last last.old",
                "last.old",
                "last last.unfinished"
            })
    void itGoesOnFromEveryStateWithoutOptions(String names) throws IOException {
        Path out = run("cut", 5);
        List<String> left = List.of(names.split(" "));
        Path kept = Files.move(out.resolve("last"), folder.resolve("kept"), StandardCopyOption.ATOMIC_MOVE);
        for (String name : left) {
            copy(kept, out.resolve(name));
        }
        resume(out, Long.MAX_VALUE);
        for (String file : List.of("last/model.safetensors", "last/training.safetensors", "best/model.safetensors")) {
            assertEquals(-1, Files.mismatch(whole.resolve(file), out.resolve(file)), file);
        }
        for (String name : List.of("last.new", "last.old", "last.unfinished")) {
            assertFalse(Files.exists(out.resolve(name)), name);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        try (var files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.safetensors", "training.safetensors", "vocab.txt", "config.json"})
    void aFileThatWasChangedIsRefused(String name) throws IOException {
        Path out = run("a", 1);
        Path file = out.resolve("last").resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 3] ^= 1;
        Files.write(file, bytes);
        String message = refused(out);
        assertTrue(message.contains(file + " is not the file that the checkpoint was saved with"), message);
        Files.delete(file);
        assertTrue(refused(out).contains(file + " is missing"));
        Path state = out.resolve("last/training.json");
        Files.delete(state);
        assertTrue(refused(out).contains(state + " is missing"));
    }

    @Test
    void aCheckpointOfAnOlderVersionGoesOn() throws IOException {
        Path out = run("a", 1);
        edit(out, state -> {
            state.put("format", 2);
            state.remove("sha256");
            state.remove("pixels");
        });
        resume(out, 2);
        assertEquals(2, RunState.read(out.resolve("last/training.json")).steps());
        edit(out, state -> state.remove("sha256"));
        assertTrue(refused(out).contains("training.json is damaged"));
    }

    @Test
    void anotherVocabularyIsRefused() throws IOException {
        Path out = run("a", 1);
        List<String> pieces = new ArrayList<>(TinyRun.PIECES);
        pieces.set(6, "cars");
        Path other = Files.write(folder.resolve("other.txt"), pieces);
        TrainingRun.Options o = TinyRun.options(out, TinyRun.config("{}"), true, 2, Parallelism.single());
        String message =
                String.valueOf(assertThrows(TrainingException.class, () -> TrainingRun.open(with(o, other, o.data())))
                        .getMessage());
        assertTrue(message.contains("keeps its vocabulary") && message.contains("other.txt"), message);
        TrainingRun.Options fresh =
                TinyRun.options(folder.resolve("b"), TinyRun.config("{}"), true, 2, Parallelism.single());
        message = String.valueOf(
                assertThrows(TrainingException.class, () -> TrainingRun.open(with(fresh, null, fresh.data())))
                        .getMessage());
        assertTrue(message.contains("a new run needs a vocabulary"), message);
    }

    @Test
    void otherPicturesOfTheSameNamesAreRefused() throws IOException {
        Path data = folder.resolve("data");
        for (long seed : new long[] {1, 2}) {
            DatasetWriter.write(
                    new SyntheticScenes(DatasetVocabulary.REFSEGRS, seed, 64),
                    6,
                    new DatasetWriter.Shares(70, 30, 0),
                    folder.resolve("scenes" + seed),
                    Parallelism.single(),
                    n -> {});
        }
        copyTree(folder.resolve("scenes1"), data);
        Path out = folder.resolve("a");
        runOn(data, out, 1);
        runOn(data, out, 2);
        for (String name : List.of("images/0.tif", "masks/0.tif", "masks/5.tif")) {
            Path file = data.resolve(name);
            byte[] own = Files.readAllBytes(file);
            var time = Files.getLastModifiedTime(file);
            Files.copy(folder.resolve("scenes2").resolve(name), file, StandardCopyOption.REPLACE_EXISTING);
            Files.setLastModifiedTime(file, time);
            String message = String.valueOf(assertThrows(TrainingException.class, () -> runOn(data, out, 3))
                    .getMessage());
            assertTrue(
                    message.contains("images or masks of the split '" + (name.contains("5") ? "val" : "train")),
                    message);
            Files.write(file, own);
        }
        runOn(data, out, 3);
        assertEquals(3, RunState.read(out.resolve("last/training.json")).steps());
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (var all = Files.walk(from)) {
            for (Path p : all.toList()) {
                Files.copy(p, to.resolve(from.relativize(p).toString()));
            }
        }
    }

    private static void runOn(Path data, Path out, long maxSteps) {
        TrainingRun.Options o = TinyRun.options(out, TinyRun.config("{}"), true, maxSteps, Parallelism.single());
        try (RefSegRs train = RefSegRs.open(data, Split.TRAIN);
                RefSegRs val = RefSegRs.open(data, Split.VAL);
                TrainingRun run = TrainingRun.open(with(o, o.vocabulary(), new TrainingData(train, val)))) {
            run.run(List.of());
        }
    }

    @Test
    void itMayBecomeLongerButNotShorter() throws IOException {
        Path out = run("a", Long.MAX_VALUE);
        TrainingConfig longer = TinyRun.config("{\"epochs\": 3, \"checkpointing\": true}");
        try (TrainingRun run =
                TrainingRun.open(TinyRun.options(out, longer, true, Long.MAX_VALUE, Parallelism.single()))) {
            assertTrue(
                    run.notes().stream().anyMatch(n -> n.contains("3 epochs instead of 2")),
                    run.notes().toString());
            assertEquals(TrainingListener.End.FINISHED, run.run(List.of()));
        }
        RunState state = RunState.read(out.resolve("last/training.json"));
        assertEquals(12, state.steps());
        assertEquals(longer, state.config());
        assertLogs(out, 12, 3);
        String message = String.valueOf(assertThrows(
                        TrainingException.class, () -> TinyRun.run(out, TinyRun.config("{}"), true, Long.MAX_VALUE))
                .getMessage());
        assertTrue(message.contains("longer but not shorter"), message);
    }
}
