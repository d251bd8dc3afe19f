package dev.swath.fianet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.BundledModel;
import dev.swath.fianet.model.AblationTable.Variant;
import dev.swath.fianet.model.Networks;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.fianet.train.Ablations;
import dev.swath.fianet.train.TrainingConfig;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import dev.swath.nn.train.StepResult;
import dev.swath.nn.train.TrainingListener;
import dev.swath.nn.train.TrainingPlan;
import dev.swath.tokenizer.Vocabulary;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train} and {@code ablate} as a user runs them. */
class TrainingCommandsTest {
    static final String TINY = """
            {"model": {"image_size": 64,
              "swin": {"embed_dim": 8, "depths": [1, 1, 2, 1], "heads": [1, 2, 2, 2], "window": 4},
              "bert": {"hidden": 8, "layers": 1, "heads": 2, "intermediate": 16, "positions": 24},
              "tmem_blocks": 1},
             "batch": 2, "optimizer": {"learning_rate": 0.002},
             "text": {"trained_layers": 1, "train_embeddings": true}}
            """;

    @TempDir
    Path folder;

    private static long steps(Path run) {
        return Fields.of(run.resolve("last/training.json")).longInteger("steps", -1);
    }

    @Test
    void theCompactNetworkNeedsNoFile() {
        Path out = folder.resolve("run");
        Cli.run(
                        "train",
                        "--dataset",
                        "synthetic",
                        "--config",
                        "compact",
                        "--synth-count",
                        4,
                        "--synth-val",
                        2,
                        "--batch",
                        2,
                        "--max-steps",
                        1,
                        "--out",
                        out)
                .done();
        assertEquals(1, steps(out));
        Vocabulary stored = Vocabulary.load(out.resolve("last/vocab.txt"));
        Vocabulary bundled = BundledModel.vocabulary();
        assertEquals(bundled.size(), stored.size());
        for (int id = 0; id < bundled.size(); id++) {
            assertEquals(bundled.piece(id), stored.piece(id));
        }
    }

    private static List<Object> train(Path out, Object... more) {
        List<Object> words = new ArrayList<>(
                List.of("train", "--dataset", "synthetic", "--synth-count", 4, "--synth-val", 2, "--out", out));
        words.addAll(List.of(more));
        return words;
    }

    private Path begun(String name, Object... more) throws IOException {
        Path config = Files.writeString(folder.resolve("tiny.json"), TINY);
        Path vocabulary = Settings.bundledVocabulary();
        Path out = folder.resolve(name);
        List<Object> words = train(out, "--config", config, "--vocab", vocabulary);
        words.addAll(List.of(more));
        Cli.run(words.toArray()).done();
        return out;
    }

    @Test
    void aKilledRunGoesOnWithoutWhatItKnows() throws IOException {
        Path out = begun("run", "--max-steps", 2);
        Files.move(out.resolve("last"), out.resolve("last.new"));
        Cli.run(train(out, "--resume", "--max-steps", 3).toArray()).done();
        assertEquals(3, steps(out));
        Path state = out.resolve("last/training.json");
        Files.writeString(
                state, Files.readString(state).replace("\"evaluation_due\": false", "\"evaluation_due\": true"));
        Cli.run(train(out, "--resume", "--max-steps", 4).toArray()).done();
        List<String> evaluations = Files.readAllLines(out.resolve("metrics.csv")).stream()
                .filter(row -> row.startsWith("evaluation"))
                .map(row -> row.split(",")[1])
                .toList();
        assertEquals(List.of("2", "3", "4"), evaluations);
        Path model = out.resolve("last/model.safetensors");
        byte[] bytes = Files.readAllBytes(model);
        bytes[bytes.length / 2] ^= 4;
        Files.write(model, bytes);
        Cli.run(train(out, "--resume", "--max-steps", 5).toArray())
                .refused(1, model + " is not the file that the checkpoint was saved with");
    }

    @Test
    void aRunMayBecomeLonger() throws IOException {
        Path out = begun("run", "--epochs", 1);
        assertEquals(2, steps(out));
        String said =
                Cli.run(train(out, "--resume", "--epochs", 2).toArray()).done().err();
        assertTrue(said.contains("2 epochs instead of 1"), said);
        assertEquals(4, steps(out));
        Cli.run(train(out, "--resume", "--epochs", 1).toArray()).refused(1, "longer but not shorter");
    }

    @Test
    void ablationsFillBothTablesAndGoOn() throws IOException {
        Path config = Files.writeString(folder.resolve("tiny.json"), TINY);
        Path vocabulary = Settings.bundledVocabulary();
        Path out = folder.resolve("ablations");
        List<Object> words = List.of(
                "ablate",
                "--dataset",
                "synthetic-refsegrs",
                "--synth-count",
                4,
                "--synth-val",
                2,
                "--config",
                config,
                "--vocab",
                vocabulary,
                "--steps",
                2,
                "--out",
                out);
        Cli first = Cli.run(words.toArray()).done();
        List<Variant> variants = new Ablations(Networks.standard()).variants();
        assertEquals(
                List.of("full", "baseline", "fiam", "tmem", "modulation", "object"),
                variants.stream().map(Variant::name).limit(6).toList());
        for (Variant variant : variants) {
            assertEquals(2, steps(out.resolve(variant.name())), variant.name());
        }
        String ours = "( \\d+\\.\\d\\d \\|){5}";
        for (String row : List.of(
                "neither FIAM nor TMEM \\|" + ours + " 78.37 \\| 43.04 \\| 2.86 \\| 74.90 \\| 62.24",
                "none \\|" + ours + " 80.96 \\| 53.99 \\| 4.29 \\| 75.62 \\| 65.39",
                "channel modulation \\|" + ours + " 81.40 \\| 53.99 \\| 4.73 \\| 76.07 \\| 65.76",
                "\\+ object branch \\|" + ours + " 83.27 \\| 57.46 \\| 5.34 \\| 77.40 \\| 67.01",
                "\\+ position branch, the full model \\|" + ours + " 84.09 \\| 61.86 \\| 7.10 \\| 78.32 \\| 68.67")) {
            assertTrue(first.out().lines().anyMatch(l -> l.matches("\\| " + row + " \\|")), row + "\n" + first.out());
        }
        assertTrue(
                first.out()
                        .contains(
                                "Table VI: parts of FIAM, added to TMEM; measured on drawn scenes in the manner of"
                                        + " RefSegRS, split 'test', 2 samples, 2 steps each; published for RefSegRS, test split"),
                first.out());
        assertEquals(first.out(), Files.readString(out.resolve("tables.md")));
        Map<String, Object> results = Json.parseObject(Files.readString(out.resolve("results.json")));
        assertEquals(variants.size(), results.size());
        assertEquals(2L, Json.asObject(results.get("full"), "full").get("steps"));
        String again = Cli.run(words.toArray()).done().out();
        assertEquals(first.out(), again);
        assertEquals(results, Json.parseObject(Files.readString(out.resolve("results.json"))));
    }

    private static List<Object> compare(Path out, Object... more) {
        List<Object> words = new ArrayList<>(List.of(
                "compare", "--dataset", "synthetic-rrsisd", "--synth-count", 4, "--synth-val", 2, "--out", out));
        words.addAll(List.of(more));
        return words;
    }

    @Test
    void networksAreComparedUnderOneBudgetAndGoOn() throws IOException {
        Path config = Files.writeString(folder.resolve("tiny.json"), TINY);
        Path out = folder.resolve("compared");
        String networks = "two-layers,tiny=" + config;
        Object[] words = compare(out, "--networks", networks, "--steps", 2, "--vocab", Settings.bundledVocabulary())
                .toArray();
        Cli first = Cli.run(words).done();
        assertEquals(2, steps(out.resolve("two-layers")));
        assertEquals(2, steps(out.resolve("tiny")));
        List<String> lines = first.out().lines().toList();
        assertEquals(
                "Measured on drawn scenes in the manner of RRSIS-D, split 'test', 2 samples, trained 2 steps each",
                lines.getFirst());
        assertTrue(lines.get(2).startsWith("| network | parameters | steps | batch | minutes | Pr@0.5 |"), first.out());
        assertTrue(
                lines.get(4)
                        .matches("\\| TwoLayers \\| [\\d,]+ \\| 2 \\| \\d+ \\| \\d+\\.\\d \\|( \\d+\\.\\d\\d \\|){7}"),
                first.out());
        assertTrue(lines.get(5).startsWith("| tiny (FIANet) | "), first.out());
        assertEquals(6, lines.size(), "nothing is published for drawn scenes: " + first.out());
        assertEquals(first.out(), Files.readString(out.resolve("table.md")));
        // What was measured is kept, unless the checkpoint is another one.
        long measured =
                Files.getLastModifiedTime(out.resolve("tiny/outcome.json")).toMillis();
        assertEquals(first.out(), Cli.run(words).done().out());
        assertEquals(
                measured,
                Files.getLastModifiedTime(out.resolve("tiny/outcome.json")).toMillis());
        Cli.run(compare(out, "--networks", networks, "--steps", 4, "--vocab", Settings.bundledVocabulary())
                        .toArray())
                .done();
        assertEquals(4, steps(out.resolve("tiny")));
    }

    /** Of a published data set the table ends with what the paper has of these networks. */
    @Test
    void publishedRowsStandBelow() throws IOException {
        Path config = Files.writeString(folder.resolve("tiny.json"), TINY);
        Path data = folder.resolve("data");
        Cli.run("synth", "--format", "refsegrs", "--out", data, "--count", 10, "--size", 64)
                .done();
        Files.delete(data.resolve("drawn-by-swath.json"));
        String table = Cli.run(
                        "compare",
                        "--dataset",
                        "refsegrs",
                        "--data",
                        data,
                        "--networks",
                        "one=" + config + ",two=" + config,
                        "--vocab",
                        Settings.bundledVocabulary(),
                        "--steps",
                        1,
                        "--out",
                        folder.resolve("compared"))
                .done()
                .out();
        List<String> lines = table.lines().toList();
        assertEquals(
                "Measured on RefSegRS, split 'test', 1 sample, trained 1 step each; published rows are the paper's, of the"
                        + " test split",
                lines.getFirst());
        assertEquals(7, lines.size(), table);
        assertEquals(
                "| FIANet (published) |  |  |  |  | 84.09 | 77.05 | 61.86 | 33.41 | 7.10 | 78.32 | 68.67 |",
                lines.getLast());
    }

    @Test
    void aBudgetOfMinutesBecomesStepsOnce() throws IOException {
        Path config = Files.writeString(folder.resolve("tiny.json"), TINY);
        Path out = folder.resolve("compared");
        List<Object> words = compare(
                out, "--networks", "tiny=" + config, "--minutes", 0.001, "--vocab", Settings.bundledVocabulary());
        Cli.run(words.toArray()).done();
        long steps = steps(out.resolve("tiny"));
        assertTrue(steps >= 1);
        assertEquals(steps, Fields.of(out.resolve("tiny/budget.json")).longInteger("steps", -1));
        Cli.run(words.toArray()).done();
        assertEquals(steps, steps(out.resolve("tiny")));
        try (var left = Files.list(out)) {
            assertTrue(
                    left.noneMatch(p -> p.getFileName().toString().startsWith(".")), "nothing is left of the timing");
        }
        words.set(words.indexOf(0.001), 0.002);
        Cli.run(words.toArray()).refused(2, "was begun with --minutes 0.001");
    }

    @Test
    void whatCannotBeComparedIsSaid() throws IOException {
        Path out = folder.resolve("none");
        Cli.run(compare(out, "--networks", "fianet").toArray()).refused(2, "give either --steps or --minutes");
        Cli.run(compare(out, "--networks", "fianet", "--steps", 1, "--minutes", 1)
                        .toArray())
                .refused(2, "give either --steps or --minutes");
        Cli.run(compare(out, "--networks", "fianet,fianet", "--steps", 1).toArray())
                .refused(2, "names 'fianet' twice");
        Cli.run(compare(out, "--networks", "fienet", "--steps", 1).toArray())
                .refused(2, "there is no network 'fienet' here");
        Cli.run(compare(out, "--networks", "../a=b.json", "--steps", 1).toArray())
                .refused(2, "letters, digits, dots and hyphens; got '../a'");
        Cli.run(compare(out, "--networks", "fianet", "--config", "published", "--steps", 1)
                        .toArray())
                .refused(2, "--vocab or --init-bert");
        assertFalse(Files.exists(out));
    }

    @Test
    void anotherNetworkNeedsItsVocabulary() throws IOException {
        Path config = Files.writeString(folder.resolve("tiny.json"), TINY);
        Path out = folder.resolve("none");
        Cli.run("ablate", "--dataset", "synthetic", "--config", config, "--steps", 1, "--out", out)
                .refused(2, "--vocab");
        assertFalse(Files.exists(out));
    }

    /** A step's line stays within the terminal, whatever its numbers; at 80 columns with a bar. */
    @Test
    void theBarFitsTheTerminal() {
        TrainingListener.Step step = new TrainingListener.Step(
                123456, 17, new StepResult(1.23456, Map.of(), 4.87e-5, 8), 12.3, 7L << 30, 98765);
        for (int columns : new int[] {20, 40, 60, 80, 132, 300}) {
            for (TrainingProgress.Mode mode : List.of(TrainingProgress.Mode.BAR, TrainingProgress.Mode.COLOUR)) {
                StringWriter err = new StringWriter();
                TrainingProgress progress =
                        new TrainingProgress(new PrintWriter(err), mode, new Terminal(true, columns));
                progress.onBegin(new TrainingListener.Begin(new TrainingPlan(40, 11400, Long.MAX_VALUE, 0), 0));
                progress.onStep(step);
                String line = err.toString().replaceAll("\\R|\r|\033\\[[0-9]*[mK]", "");
                assertTrue(line.length() < columns, columns + ": " + line);
                assertEquals(columns >= 80, line.startsWith("["), line);
                assertEquals(columns >= 132, line.contains("GiB"), line);
                assertTrue(columns < 60 || line.contains("step 123456/456000") && line.contains("left"), line);
            }
        }
    }

    @Test
    void aRunShorterThanItsWarmUpIsTold() {
        TrainingConfig compact = TrainingConfig.fromJson(
                new Fields(Settings.read(Path.of("compact"), null, "fianet"), "compact"),
                TrainingConfig.published(Networks.standard(), DatasetVocabulary.BOTH));
        int warmUp = compact.optimizer().warmupSteps();
        assertTrue(warmUp > 1, "compact warms up");
        assertTrue(TrainCommand.warmUpNote(compact, warmUp - 1).orElseThrow().contains("fewer than the " + warmUp));
        assertTrue(TrainCommand.warmUpNote(compact, warmUp).isEmpty());
    }

    @Test
    void anotherModuleMayStandInTmemsPlace() throws IOException {
        Path out = begun("none", "--max-steps", 1, "--multi-scale", "none");
        Path last = out.resolve("last");
        assertEquals("none", Fields.of(last.resolve("config.json")).text("multi_scale", ""));
        assertFalse(Cli.run("weights", "show", last).done().out().contains("tmem"));
        Cli.run(train(folder.resolve("lavt"), "--config", "compact", "--network", "lavt", "--multi-scale", "cim")
                        .toArray())
                .refused(2, "'model.multi_scale' is no key that can be set here");
    }
}
