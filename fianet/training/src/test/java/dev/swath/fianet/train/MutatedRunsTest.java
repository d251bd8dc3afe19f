package dev.swath.fianet.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.Fuzz;
import dev.swath.files.Mutations;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import dev.swath.kernels.Parallelism;
import dev.swath.nn.ModuleException;
import dev.swath.nn.train.TrainingException;
import dev.swath.tokenizer.TokenizerException;
import dev.swath.tokenizer.Vocabulary;
import dev.swath.weights.WeightsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changed files of a run: it goes on with them or refuses them in a sentence; see {@link Fuzz}. */
class MutatedRunsTest {
    @TempDir(factory = Fuzz.InMemory.class)
    private Path folder;

    @TempDir(factory = Fuzz.InMemory.class)
    private static Path shared;

    private static Path out;

    @BeforeAll
    static void run() {
        out = shared.resolve("run");
        TinyRun.run(out, TinyRun.config("{}"), false, 4);
    }

    @Test
    void states() throws IOException {
        Path file = folder.resolve("training.json");
        Fuzz fuzz = new Fuzz(
                        "state",
                        List.of(Files.readAllBytes(out.resolve("last/training.json"))),
                        List.of(),
                        TrainingException.class,
                        ModuleException.class)
                .by(Mutations::json)
                .run(Fuzz.file(file, _ -> RunState.read(file)));
        assertTrue(fuzz.refused() > 0 && fuzz.refused() < fuzz.rounds());
    }

    @Test
    void configurations() throws IOException {
        Path file = folder.resolve("config.json");
        TrainingConfig defaults = TrainingConfig.published(DatasetVocabulary.REFSEGRS);
        Fuzz fuzz = new Fuzz(
                        "configuration",
                        List.of(Json.write(TinyRun.config("{}").toJson(), false).getBytes(StandardCharsets.UTF_8)),
                        List.of(),
                        TrainingException.class,
                        JsonException.class,
                        ModuleException.class)
                .by(Mutations::json)
                .run(Fuzz.file(file, _ -> TrainingConfig.fromJson(Fields.of(file), defaults)));
        assertTrue(fuzz.refused() > 0 && fuzz.refused() < fuzz.rounds());
    }

    @Test
    void metrics() throws IOException {
        Path run = folder.resolve("metrics");
        try (RunFolder opened = RunFolder.open(run)) {
            Fuzz fuzz = new Fuzz(
                            "metrics",
                            List.of(Files.readAllBytes(out.resolve("metrics.jsonl"))),
                            List.of(),
                            TrainingException.class)
                    .by(Mutations::json)
                    .run(Fuzz.file(run.resolve("metrics.jsonl"), input -> {
                        try (MetricsLog log = MetricsLog.open(opened, 4, input.length % 2 == 0)) {
                            assertTrue(log.records().size() <= input.length);
                        }
                    }));
            assertTrue(fuzz.refused() > 0 && fuzz.refused() < fuzz.rounds());
        }
    }

    @Test
    void events() throws IOException {
        Path file;
        try (var all = Files.list(out.resolve("tensorboard"))) {
            file = all.findFirst().orElseThrow();
        }
        byte[] valid = Files.readAllBytes(file);
        Path copies = Files.createDirectory(folder.resolve("copies"));
        Path copy = copies.resolve(file.getFileName());
        new Fuzz("events", List.of(valid), List.of()).run(Fuzz.file(copy, input -> {
            PastEvents.cut(copies, input.length % 6, input.length % 2 == 0);
            assertTrue(Files.size(copy) <= input.length + 64);
        }));
    }

    @Test
    void vocabularies() throws IOException {
        Path file = folder.resolve("vocab.txt");
        Fuzz fuzz = new Fuzz(
                        "vocabulary",
                        List.of(Files.readAllBytes(out.resolve("last/vocab.txt"))),
                        List.of(),
                        TokenizerException.class)
                .run(Fuzz.file(file, _ -> Vocabulary.load(file)));
        assertTrue(fuzz.refused() > 0 && fuzz.refused() < fuzz.rounds());
    }

    /** Whatever the state says, the run goes on or is refused before anything is written. */
    @Test
    void wholeRuns() throws IOException {
        Path state = out.resolve("last/training.json");
        new Fuzz(
                        "run",
                        List.of(Files.readAllBytes(state)),
                        List.of(),
                        TrainingException.class,
                        JsonException.class,
                        ModuleException.class,
                        WeightsException.class)
                .by(Mutations::json)
                .run(Fuzz.file(state, _ -> {
                    TrainingConfig config = TrainingRun.configOf(out);
                    TrainingRun.Options o = TinyRun.options(
                            out, config == null ? TinyRun.config("{}") : config, true, 4, Parallelism.single());
                    TrainingRun.open(o).close();
                }));
    }
}
