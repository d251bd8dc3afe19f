package dev.swath.fianet.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.files.Mutations;
import dev.swath.files.ReaderFuzz;
import dev.swath.files.json.JsonException;
import dev.swath.kernels.Parallelism;
import dev.swath.nn.ModuleException;
import dev.swath.nn.train.TrainingException;
import dev.swath.tokenizer.TokenizerException;
import dev.swath.tokenizer.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changed files of a run: it goes on with them or refuses them in a sentence. */
class MutatedRunsTest {
    @TempDir
    private Path folder;

    @TempDir
    private static Path shared;

    private static Path out;

    @BeforeAll
    static void run() {
        out = shared.resolve("run");
        TinyRun.run(out, TinyRun.config("{}"), false, 4);
    }

    @Test
    void states() throws IOException {
        byte[] valid = Files.readAllBytes(out.resolve("last/training.json"));
        Path file = folder.resolve("training.json");
        long refused = ReaderFuzz.run(
                "state",
                1500,
                random -> {
                    Files.write(file, ReaderFuzz.json(valid, random));
                    RunState.read(file);
                },
                TrainingException.class,
                ModuleException.class);
        assertTrue(refused > 0);
    }

    @Test
    void metrics() throws IOException {
        byte[] valid = Files.readAllBytes(out.resolve("metrics.jsonl"));
        Path run = folder.resolve("metrics");
        try (RunFolder opened = RunFolder.open(run)) {
            long refused = ReaderFuzz.run(
                    "metrics",
                    300,
                    random -> {
                        Files.write(run.resolve("metrics.jsonl"), ReaderFuzz.json(valid, random));
                        try (MetricsLog log = MetricsLog.open(opened, 4, random.nextBoolean())) {
                            Curves.write(
                                    run.resolve("curves.png"), log.records().subList(0, 0));
                        }
                    },
                    TrainingException.class);
            assertTrue(refused > 0);
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
        ReaderFuzz.run("events", 1000, random -> {
            Files.write(copy, Mutations.mutate(valid, random));
            PastEvents.cut(copies, random.nextInt(6), random.nextBoolean());
            assertTrue(Files.size(copy) <= valid.length + 64);
        });
    }

    @Test
    void vocabularies() throws IOException {
        byte[] valid = Files.readAllBytes(out.resolve("last/vocab.txt"));
        Path file = folder.resolve("vocab.txt");
        long refused = ReaderFuzz.run(
                "vocabulary",
                1500,
                random -> {
                    Files.write(file, Mutations.mutate(valid, random));
                    Vocabulary.load(file);
                },
                TokenizerException.class);
        assertTrue(refused > 0);
    }

    /** Whatever the state says, the run goes on or is refused before anything is written. */
    @Test
    void wholeRuns() throws IOException {
        byte[] valid = Files.readAllBytes(out.resolve("last/training.json"));
        ReaderFuzz.run(
                "run",
                25,
                random -> {
                    Files.write(out.resolve("last/training.json"), ReaderFuzz.json(valid, random));
                    TrainingConfig config = TrainingRun.configOf(out);
                    TrainingRun.Options o = TinyRun.options(
                            out, config == null ? TinyRun.config("{}") : config, true, 4, Parallelism.single());
                    TrainingRun.open(o).close();
                },
                TrainingException.class,
                JsonException.class,
                ModuleException.class);
    }
}
