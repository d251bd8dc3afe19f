package dev.swath.fianet.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.TinyModel;
import dev.swath.files.json.Json;
import dev.swath.tensor.Tensor;
import dev.swath.weights.Safetensors;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that do what they say. */
class CommandsTest {
    private static final String SENTENCE = "the vehicle on the road";

    @TempDir
    Path folder;

    private Path image;
    private Path model;
    private Path vocab;

    @BeforeEach
    void files() throws IOException {
        image = folder.resolve("a.png");
        ImageIO.write(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB), "png", image.toFile());
        model = TinyModel.write(folder.resolve("model"));
        vocab = model.resolve("vocab.txt");
    }

    private float[] logits(Object... more) {
        Path file = folder.resolve("l.safetensors");
        List<Object> args = new java.util.ArrayList<>(List.of(
                "segment",
                "--image",
                image,
                "--weights",
                model,
                "--out",
                folder.resolve("out"),
                "--save-logits",
                file));
        args.addAll(List.of(more));
        Cli.run(args.toArray()).done();
        Tensor t = Safetensors.open(file).tensors().get("logits");
        assertEquals("[1, 2, 96, 96]", t.shape().toString());
        return t.toFloatArray();
    }

    private Map<String, Object> parse(Object... more) {
        List<Object> args =
                new java.util.ArrayList<>(List.of("parse", "--text", SENTENCE, "--vocab", vocab, "--format", "json"));
        args.addAll(List.of(more));
        return Json.parseObject(Cli.run(args.toArray()).done().out());
    }

    @Test
    void sentenceTokensAndMasksFileAreTheSame() throws IOException {
        float[] want = logits("--text", SENTENCE);
        Map<String, Object> parsed = parse();
        assertEquals(
                List.of(1L, 1L, 1L),
                Json.asList(parsed.get("position_mask"), "mask").subList(3, 6),
                "on the road");
        assertArrayEquals(
                want,
                logits(
                        "--input-ids", list(parsed, "ids"),
                        "--attention-mask", list(parsed, "context_mask"),
                        "--object-mask", list(parsed, "object_mask"),
                        "--position-mask", list(parsed, "position_mask")));
        Path masks = Files.writeString(folder.resolve("masks.json"), Json.write(List.of(parsed), true));
        assertArrayEquals(want, logits("--text", SENTENCE, "--masks-file", masks));
        Map<String, Object> edited = new java.util.LinkedHashMap<>(parsed);
        edited.put("object_mask", parsed.get("position_mask"));
        Files.writeString(masks, Json.write(edited, true));
        assertEquals(parsed.get("position_mask"), parse("--masks-file", masks).get("object_mask"));
        assertTrue(java.util.Arrays.mismatch(want, logits("--text", SENTENCE, "--masks-file", masks)) >= 0);
    }

    private static String list(Map<String, Object> parsed, String key) {
        return String.join(
                ",",
                Json.asList(parsed.get(key), key).stream().map(String::valueOf).toList());
    }

    /** A perceptron that knows only its dictionary: every word is a noun, so that there is no phrase. */
    @Test
    void aTaggerFileDecides() throws IOException {
        Path tagger = Files.writeString(
                folder.resolve("tagger.json"),
                "{\"weights\": {}, \"tagdict\": {\"on\": \"RB\"}, \"classes\": [\"NN\"]}");
        Map<String, Object> parsed = parse("--tagger", tagger);
        assertEquals(List.of("NN", "NN", "RB", "NN", "NN"), parsed.get("tags"));
        assertEquals(List.of(), parsed.get("phrases"));
        assertEquals(parsed.get("context_mask"), parsed.get("position_mask"));
        assertTrue(java.util.Arrays.mismatch(logits("--text", SENTENCE), logits("--text", SENTENCE, "--tagger", tagger))
                >= 0);
    }

    @Test
    void parsePrintsTextAndCsv() {
        String text =
                Cli.run("parse", "--text", SENTENCE, "--vocab", vocab).done().out();
        assertTrue(text.contains("phrases        on the road"), text);
        List<String> csv = Cli.run("parse", "--text", SENTENCE, "--vocab", vocab, "--format", "csv")
                .done()
                .out()
                .lines()
                .toList();
        assertEquals("token,id,piece,context,object,position", csv.getFirst());
        assertEquals("2,11,\"vehicle\",1,1,0", csv.get(3));
        assertEquals(21, csv.size());
    }

    @Test
    void weightsAreShownAndConverted() {
        Path out = folder.resolve("copy.safetensors");
        assertEquals(
                out + System.lineSeparator(),
                Cli.run("weights", "convert", model, out).done().out());
        Cli csv = Cli.run("weights", "show", out, "--format", "csv").done();
        assertTrue(csv.out().contains("classifier.conv1_1.bias,f32,\"[2]\",2"), csv.out());
        assertTrue(csv.err().contains("a whole FIANet"), csv.err());
        List<Object> json = Json.asList(
                Json.parse(Cli.run("weights", "show", out, "--format", "json")
                        .done()
                        .out()),
                "tensors");
        assertEquals(csv.out().lines().count() - 1, json.size());
        assertTrue(Cli.run("weights", "show", out).done().out().lines().count() == json.size());
    }

    @Test
    void doctorAndDemo() throws IOException {
        String doctor = Cli.run("doctor").done().out();
        for (String part : List.of("java", "flags", "vectors", "memory", "scalar", "vector")) {
            assertTrue(doctor.contains(part), part + " is not in:\n" + doctor);
        }
        Cli demo = Cli.run("demo", "--out", folder.resolve("demo")).done();
        assertEquals(1 + 3 * 4 + 1, demo.out().lines().count());
        for (String line : demo.out().lines().toList()) {
            assertTrue(Files.size(Path.of(line)) > 0, line);
        }
        for (String sentence : Demo.SENTENCES) {
            assertTrue(demo.err().contains(sentence), demo.err());
        }
        assertTrue(share("1-mask.png", true, true) > 0.9, "the stadium on the upper right");
        assertTrue(share("2-mask.png", false, false) > 0.7, "the stadium on the lower left");
        assertTrue(share("3-mask.png", true, false) > 0.8, "the basketball court, which is on the upper left");
    }

    /** How much of a mask of the demo lies in a quarter of the picture. */
    private double share(String mask, boolean upper, boolean right) throws IOException {
        BufferedImage image = ImageIO.read(folder.resolve("demo").resolve(mask).toFile());
        int all = 0;
        int inside = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                if (image.getRaster().getSample(x, y, 0) > 0) {
                    all++;
                    inside += (y < image.getHeight() / 2) == upper && (x >= image.getWidth() / 2) == right ? 1 : 0;
                }
            }
        }
        return (double) inside / all;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo",
                "segment",
                "train",
                "ablate",
                "compare",
                "pairs",
                "evaluate",
                "check-data",
                "synth",
                "parse",
                "encode",
                "weights",
                "weights show",
                "weights convert",
                "summary",
                "doctor"
            })
    void helpHasAnExample(String command) {
        List<Object> args = new java.util.ArrayList<>(List.of(command.split(" ")));
        args.add("--help");
        String help = Cli.run(args.toArray()).done().out();
        assertTrue(help.contains("Example") && help.contains("  swath " + command), help);
    }

    @Test
    void theBundledModelIsSummedUp() {
        String summary =
                Cli.run("summary", "--weights", "bundled", "--depth", 1).done().out();
        assertTrue(summary.startsWith("FIANet, one image of 192 x 192"), summary);
        assertTrue(summary.contains("refiner"), summary);
    }
}
