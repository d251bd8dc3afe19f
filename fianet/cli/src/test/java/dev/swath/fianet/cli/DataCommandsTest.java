package dev.swath.fianet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.RandomSource;
import dev.swath.fianet.data.Split;
import dev.swath.fianet.model.fianet.FiaNet;
import dev.swath.fianet.model.fianet.FiaNetConfig;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.files.json.Json;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.tensor.StateDict;
import dev.swath.testkit.Golden;
import dev.swath.weights.Safetensors;
import dev.swath.weights.pickle.Pickler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check-data} and {@code evaluate} as a user runs them. */
class DataCommandsTest {
    private static final List<String> PIECES = List.of(
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "van", "on", "along", "road", "low", "vegetation");

    private record Run(int exit, String out, String err) {}

    private static Run run(Object... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream newOut = new ByteArrayOutputStream();
        ByteArrayOutputStream newErr = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(newOut, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(newErr, true, StandardCharsets.UTF_8));
            int exit = Main.execute(Stream.of(arguments).map(String::valueOf).toArray(String[]::new));
            return new Run(exit, newOut.toString(StandardCharsets.UTF_8), newErr.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    private static Path data(Path folder) throws IOException {
        List<String> names = List.of(
                "output_phrase_train.txt",
                "output_phrase_val.txt",
                "output_phrase_test.txt",
                "images/17_3.tif",
                "images/17_4.tif",
                "images/18_0.tif",
                "images/19_7.tif",
                "masks/17_3.tif",
                "masks/17_4.tif",
                "masks/18_0.tif",
                "masks/19_7.tif");
        for (String name : names) {
            Path target = folder.resolve(name);
            Files.createDirectories(target.getParent());
            Files.write(target, Golden.resource("dataset_refsegrs", "root/" + name));
        }
        return folder;
    }

    private static Path model(Path folder) throws IOException {
        Files.createDirectories(folder);
        FiaNet network = new FiaNet(new FiaNetConfig(
                new TrunkConfig(
                        new SwinConfig(16, List.of(2, 2, 2, 2), List.of(1, 2, 4, 8), 4, 4, 4, 0),
                        new BertConfig(PIECES.size(), 32, 2, 1, 64, 32, 2, 0, 1e-12)),
                1,
                FiaNetConfig.Wiring.REFERENCE,
                FiaNetConfig.Ablation.NONE));
        network.initialise(new RandomSource(7));
        StateDict weights = new StateDict();
        StateDict all = network.stateDict();
        all.names().forEach(name -> weights.put(name, all.get(name)));
        Safetensors.write(folder.resolve("model.safetensors"), weights, Map.of());
        Files.write(folder.resolve("vocab.txt"), PIECES);
        Files.writeString(folder.resolve("config.json"), "{\"image_size\": 64, \"bert\": {\"heads\": 1}}");
        return folder;
    }

    @Test
    void checkDataTellsWholeFromBroken(@TempDir Path folder) throws IOException {
        Path data = data(folder);
        Run whole = run("check-data", "--data", data);
        assertEquals(0, whole.exit, whole.err);
        assertTrue(whole.err.contains("layout of refsegrs") && whole.err.contains("0 errors"), whole.err);
        assertTrue(whole.out.lines().anyMatch(l -> l.matches("usable entries +2 +1 +2")), whole.out);
        Files.delete(data.resolve("masks/18_0.tif"));
        Run broken = run("check-data", "--dataset", "refsegrs", "--data", data, "--format", "json");
        assertEquals(1, broken.exit);
        Map<String, Object> json = Json.parseObject(broken.out);
        assertEquals(1L, json.get("errors"));
        assertEquals(Map.of("missing_mask", 1L), json.get("counts"));
        Run csv = run("check-data", "--data", data, "--format", "csv");
        assertEquals(
                "severity,kind,split,item,text", csv.out.lines().findFirst().orElseThrow());
        assertTrue(csv.out.contains("error,missing_mask,val,18_0,"), csv.out);
    }

    @Test
    void checkDataOfSomethingElseIsAUsageError(@TempDir Path folder) {
        Run run = run("check-data", "--data", folder);
        assertEquals(2, run.exit);
        assertEquals(1, run.err.lines().count(), run.err);
        assertEquals(1, run("check-data", "--data", folder.resolve("nothing")).exit);
    }

    @Test
    void evaluatePrintsTheTablesInEveryFormat(@TempDir Path folder) throws IOException {
        Path data = data(folder.resolve("data"));
        Path model = model(folder.resolve("model"));
        Run text = run("evaluate", "--dataset", "refsegrs", "--data", data, "--split", "test", "--weights", model);
        assertEquals(0, text.exit, text.err);
        assertTrue(text.out.startsWith("Table I: RefSegRS, split 'test', 2 samples"), text.out);
        assertTrue(
                text.out
                        .lines()
                        .anyMatch(l -> l.matches(
                                "FIANet \\(published\\) +TGRS 2024 +84.09 +77.05 +61.86 +33.41 +7.10 +78.32 +68.67")),
                text.out);
        assertEquals(9, text.out.lines().filter(l -> l.contains(" (published)")).count(), text.out);
        assertTrue(text.out.contains("\nTable II: RefSegRS, split 'test', 2 samples, by category"), text.out);
        List<String> table =
                text.out.lines().dropWhile(l -> !l.startsWith("category ")).toList();
        assertTrue(table.getFirst().matches(".* mIoU +LAVT +RMSIN +LGCE +FIANet"), text.out);
        assertTrue(table.get(1).matches("road +0 +70.33 +66.67 +74.03 +74.13"), text.out);
        assertTrue(
                table.stream().anyMatch(l -> l.matches("low vegetation +1( +[0-9.]+){7} +41.08 +43.73 +43.68 +44.84")),
                text.out);
        assertEquals(16, table.size(), text.out);
        assertTrue(table.getLast().matches("average +[0-9.]+ +53.32 +54.92 +56.89 +66.72"), text.out);
        Run json = run("evaluate", "--data", data, "--weights", model, "--format", "json", "--threads", 1);
        Map<String, Object> all = Json.parseObject(json.out);
        assertEquals(2, Json.asList(all.get("outcomes"), "outcomes").size());
        assertEquals(2L, Json.asObject(all.get("overall"), "overall").get("samples"));
        Run csv = run("evaluate", "--data", data, "--weights", model, "--format", "csv");
        assertEquals(1 + 9 + 1 + 14 * 4 + 2 + 4 + 1, csv.out.lines().count(), csv.out);
        assertTrue(csv.out.contains("\npublished,\"RefSegRS, test\",,LAVT,CVPR 2022,,70.23,"), csv.out);
        assertTrue(csv.out.contains("\npublished category,\"RefSegRS, test\",road,LGCE,,,,,,,,,74.03\n"), csv.out);
        assertEquals(false, all.get("drawn"));
        assertEquals(9, Json.asList(all.get("published"), "published").size());
        assertEquals(
                15,
                Json.asList(all.get("published_categories"), "published_categories")
                        .size());
        Run markdown = run("evaluate", "--data", data, "--weights", model, "--format", "markdown");
        assertTrue(markdown.out.contains("| method | venue | Pr@0.5 |"), markdown.out);
        Run shuffled = run("evaluate", "--data", data, "--weights", model, "--shuffle-sentences", 1);
        assertTrue(shuffled.out.contains("model, shuffled"), shuffled.out);
        assertEquals(
                1,
                run("evaluate", "--data", data, "--split", "val", "--weights", model, "--shuffle-sentences", 1).exit);
    }

    /** Scenes that {@code synth} wrote are told from the data set whose layout they have, from a folder and from a zip file. */
    @Test
    void drawnScenesAreNotTakenForTheDataSet(@TempDir Path folder) throws IOException {
        for (String format : List.of("refsegrs", "rrsisd")) {
            Path data = folder.resolve(format);
            assertEquals(
                    0,
                    run("synth", "--format", format, "--out", data, "--count", 4, "--size", 64, "--splits", "0,0,100")
                            .exit);
            for (String as : List.of("text", "markdown", "csv", "json")) {
                Run run = run("evaluate", "--data", data, "--weights", "bundled", "--format", as);
                assertEquals(0, run.exit, run.err);
                assertFalse(run.out.contains("Table "), run.out);
                assertFalse(run.out.contains("LAVT"), run.out);
                String name = format.equals("refsegrs") ? "RefSegRS" : "RRSIS-D";
                assertTrue(
                        run.out.contains(
                                as.equals("json") ? "\"drawn\": true" : "rawn scenes in the manner of " + name),
                        run.out);
            }
        }
        Path zip = folder.resolve("refsegrs.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip));
                Stream<Path> files = Files.walk(folder.resolve("refsegrs"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new ZipEntry(folder.relativize(file).toString().replace('\\', '/')));
                out.write(Files.readAllBytes(file));
            }
        }
        assertTrue(run("evaluate", "--data", zip, "--weights", "bundled").out.startsWith("Drawn scenes "));
    }

    /** Of both kinds in turn too, where one has one more. */
    @Test
    void asManyScenesAsAreAskedFor() {
        DataOptions options = new DataOptions();
        options.seed = 1;
        options.size = 64;
        for (DataOptions.Kind kind : List.of(DataOptions.Kind.SYNTHETIC, DataOptions.Kind.SYNTHETIC_RRSISD)) {
            options.dataset = kind;
            for (int n = 2; n < 7; n++) {
                options.count = n;
                options.valCount = n + 1;
                try (DataOptions.Opened opened = options.open(Split.TEST, 64)) {
                    assertEquals(n, opened.train().size());
                    assertEquals(n + 1, opened.selection().size());
                    assertFalse(opened.selection().sentence(n).isEmpty());
                }
            }
        }
    }

    /** JSON lines from {@code synth} to {@code check-data} and {@code evaluate}; RISBench has no published table. */
    @Test
    void jsonLinesAreCheckedAndMeasured(@TempDir Path folder) throws IOException {
        Path data = folder.resolve("lines");
        assertEquals(
                0,
                run("synth", "--format", "refsegrs", "--layout", "jsonl", "--out", data, "--count", 10, "--size", 64)
                        .exit);
        Run check = run("check-data", "--data", data, "--deep");
        assertEquals(0, check.exit, check.out);
        assertTrue(check.err.contains("has the layout of refsegrs as JSON lines."), check.err);
        assertTrue(check.out.lines().anyMatch(l -> l.matches("usable entries +8 +1 +1")), check.out);
        Path model = model(folder.resolve("model"));
        Run drawn = run("evaluate", "--data", data, "--weights", model);
        assertTrue(
                drawn.out.startsWith("Drawn scenes in the manner of RefSegRS, split 'test', 1 sample"),
                drawn.out + drawn.err);
        Files.delete(data.resolve("drawn-by-swath.json"));
        assertTrue(run("evaluate", "--data", data, "--weights", model).out.startsWith("Table I: RefSegRS"));
        for (String split : List.of("train", "val", "test")) {
            Files.move(
                    data.resolve("datainfo/refsegrs_" + split + ".jsonl"),
                    data.resolve("datainfo/risbench_" + split + ".jsonl"));
        }
        Run risBench = run("evaluate", "--data", data, "--weights", model);
        assertTrue(risBench.out.startsWith("RISBench, split 'test', 1 sample\n"), risBench.out + risBench.err);
        assertFalse(risBench.out.contains("published"), risBench.out);
        assertEquals(2, run("evaluate", "--dataset", "both", "--data", data, "--weights", model).exit);
        assertEquals(2, run("synth", "--format", "risbench", "--out", folder.resolve("no"), "--count", 1).exit);
    }

    @Test
    void pairsAreCounted(@TempDir Path folder) throws IOException {
        Path model = model(folder.resolve("model"));
        Path out = folder.resolve("pairs.json");
        Run text = run("pairs", "--weights", model, "--count", 1, "--out", out);
        assertEquals(0, text.exit, text.err);
        List<String> lines = text.out.lines().toList();
        assertEquals(1 + 12 + 1, lines.size(), text.out);
        assertTrue(
                lines.getFirst().matches("words +scenes +right +well +both +chance +mIoU +mIoU with the other"),
                text.out);
        assertTrue(lines.get(1).matches("on the left / on the right +1( +[0-9.]+){3} +50.0( +[0-9.]+){2}"), text.out);
        assertTrue(lines.getLast().matches("all +12( +[0-9.]+){6}"), text.out);
        Map<String, Object> json = Json.parseObject(Files.readString(out));
        assertEquals(24, Json.asList(json.get("answers"), "answers").size());
        assertEquals(64L, json.get("size"));
        Run again = run("pairs", "--weights", model, "--count", 1, "--format", "json", "--threads", 1);
        assertEquals(json, Json.parseObject(again.out));
        assertEquals(2, run("pairs", "--count", 0).exit);
        assertEquals(2, run("pairs", "--weights", model, "--size", 8).exit);
    }

    @Test
    void panelsShowBestWorstAndRandom(@TempDir Path folder) throws IOException {
        Path data = data(folder.resolve("data"));
        Path out = folder.resolve("panels");
        Run run = run(
                "evaluate", "--data", data, "--weights", model(folder.resolve("model")), "--panels", 1, "--out", out);
        assertEquals(0, run.exit, run.err);
        try (Stream<Path> files = Files.list(out)) {
            List<Path> all = files.sorted().toList();
            assertEquals(3, all.size(), all.toString());
            assertTrue(all.getFirst().getFileName().toString().startsWith("best-1-19_7"), all.toString());
            assertEquals(3 * 64 + 8, ImageIO.read(all.getFirst().toFile()).getWidth());
        }
    }

    @Test
    void theHelpHoldsTheFormulas() {
        Run run = run("evaluate", "--help");
        assertEquals(0, run.exit);
        for (String part : List.of("oIoU", "sum of I over samples / sum of U", "Pr@X", "times 100")) {
            assertTrue(run.out.contains(part), run.out);
        }
    }

    @Test
    void listsOfNamesAreBounded(@TempDir Path folder) throws IOException {
        Files.createDirectories(folder.resolve("rrsisd"));
        List<Object> refs = new ArrayList<>();
        for (long i = 0; i < 3000; i++) {
            refs.add(Map.of(
                    "ref_id",
                    i,
                    "ann_id",
                    1L,
                    "image_id",
                    1L,
                    "split",
                    "s" + i + "\u001b[2J",
                    "sentences",
                    List.of(Map.of("raw", "the vehicle"))));
        }
        Files.write(folder.resolve("rrsisd/refs(unc).p"), Pickler.of(refs));
        Files.writeString(folder.resolve("rrsisd/instances.json"), """
                {"images": [{"id": 1, "file_name": "a.png", "height": 9, "width": 4}],
                 "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "segmentation": [{"size": [9, 4], "counts": "01S1"}]}],
                 "categories": [{"id": 1, "name": "vehicle"}]}
                """);
        Run text = run("check-data", "--data", folder);
        assertEquals(1, text.exit());
        assertTrue(text.out().length() < 20_000, text.out());
        assertTrue(text.out().contains("(2996 more)"), text.out());
        assertTrue(text.out().contains("warning unknown_split: 2950 more"), text.out());
        assertTrue(text.out().contains("s0\\u001b[2J"), text.out());
        for (String format : List.of("text", "csv", "json")) {
            String out = run("check-data", "--data", folder, "--format", format).out();
            assertTrue(out.codePoints().noneMatch(c -> c < ' ' && c != '\n'), format);
        }
        Run csv = run("check-data", "--data", folder, "--format", "csv");
        assertEquals(
                3000,
                csv.out()
                        .lines()
                        .filter(l -> l.startsWith("warning,unknown_split,"))
                        .count());
    }
}
