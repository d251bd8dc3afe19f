package dev.swath.fianet.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.draw.Overlays;
import dev.swath.fianet.image.RgbImage;
import dev.swath.files.json.Fields;
import dev.swath.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network in a package of somebody else, registered as a service, from its first step to a mask. */
class OwnNetworkTest {
    private static final String SENTENCE = "the vehicle on the road";

    @TempDir
    Path folder;

    private Cli train(Path out, Object... more) {
        List<Object> words = new ArrayList<>(List.of(
                "train",
                "--dataset",
                "synthetic",
                "--config",
                "compact",
                "--synth-count",
                8,
                "--synth-val",
                2,
                "--out",
                out));
        words.addAll(List.of(more));
        return Cli.run(words.toArray());
    }

    private float[] logits(String sentence, Object... weights) throws IOException {
        Path image = folder.resolve("scene.png");
        RgbImage scene = Demo.scene();
        Overlays.writeOverlay(image, scene, new boolean[scene.width() * scene.height()]);
        Path file = folder.resolve("l.safetensors");
        List<Object> words = new ArrayList<>(List.of(
                "segment",
                "--image",
                image,
                "--text",
                sentence,
                "--out",
                folder.resolve("out"),
                "--save-logits",
                file));
        words.addAll(List.of(weights));
        Cli.run(words.toArray()).done();
        assertTrue(Files.size(folder.resolve("out/mask.png")) > 0);
        return Safetensors.open(file).tensors().get("logits").toFloatArray();
    }

    @Test
    void itTrainsSavesLoadsAndSegments() throws IOException {
        Path whole = folder.resolve("whole");
        Cli trained = train(whole, "--network", "two-layers", "--max-steps", 6).done();
        assertTrue(trained.err().contains("\"network\":\"two-layers\""), trained.err());
        Path last = whole.resolve("last");
        assertEquals("two-layers", Fields.of(last.resolve("config.json")).text("network", ""));
        assertTrue(Cli.run("weights", "show", last).done().err().contains("holds a whole TwoLayers: 5 tensors"));

        float[] answer = logits(SENTENCE, "--weights", last);
        assertEquals(2 * 64 * 64, answer.length);
        assertFalse(Arrays.equals(answer, logits("the building", "--weights", last)), "it reads the sentence");

        List<Double> told = new ArrayList<>();
        try (ReferringSegmenter segmenter = ReferringSegmenter.open(last)) {
            segmenter.segment(Demo.scene(), SENTENCE, told::add);
        }
        assertEquals(List.of(0.25, 0.5, 0.75, 1.0), told, "its three modules, and the mask");

        // A file without a configuration is known by its names, and gives the same answer.
        Path torch = folder.resolve("model.pth");
        Cli.run("weights", "convert", last, torch).done();
        assertArrayEquals(answer, logits(SENTENCE, "--weights", torch, "--vocab", last.resolve("vocab.txt")));

        // A run that was cut goes on as the network that it was begun with, and to the same end.
        Path cut = folder.resolve("cut");
        train(cut, "--network", "two-layers", "--max-steps", 3).done();
        train(cut, "--resume", "--max-steps", 6).done();
        assertEquals(
                -1,
                Files.mismatch(
                        last.resolve("model.safetensors"), cut.resolve("last").resolve("model.safetensors")));
        train(cut, "--resume", "--network", "fianet").refused(1, "'model.network' is two-layers");

        Path more = folder.resolve("more");
        train(more, "--network", "two-layers", "--init-model", last, "--max-steps", 1)
                .done();
        train(folder.resolve("other"), "--init-model", last)
                .refused(1, last, "holds a whole TwoLayers, but the network to be trained is fianet");
    }

    @Test
    void itIsMeasured() throws IOException {
        Path run = folder.resolve("run");
        train(run, "--network", "two-layers", "--max-steps", 1).done();
        Path data = folder.resolve("data");
        Cli.run("synth", "--format", "refsegrs", "--out", data, "--count", 12, "--size", 64, "--seed", 1)
                .done();
        String table = Cli.run("evaluate", "--data", data, "--weights", run.resolve("last"), "--format", "csv")
                .done()
                .out();
        assertTrue(table.contains("last"), table);
    }

    @Test
    void aConfigurationMayNameItAndNamesItsKeys() throws IOException {
        Path config = folder.resolve("mine.json");
        Files.writeString(config, "{\"model\": {\"network\": \"two-layers\", \"channels\": 4}, \"batch\": 2}");
        Path out = folder.resolve("run");
        Object[] words = {
            "train",
            "--dataset",
            "synthetic",
            "--config",
            config,
            "--vocab",
            Settings.bundledVocabulary(),
            "--synth-count",
            8,
            "--synth-val",
            2,
            "--max-steps",
            1,
            "--out",
            out
        };
        Cli.run(words).done();
        assertEquals(4, Fields.of(out.resolve("last/config.json")).integer("channels", 0));
        Files.writeString(config, "{\"model\": {\"network\": \"two-layers\", \"chanels\": 4}}");
        Cli.run(words).refused(1, "'model.chanels' is no key that can be set here; did you mean 'channels'?");
        Files.writeString(config, "{\"model\": {\"network\": \"two-layers\", \"image_size\": 4096}}");
        Cli.run(words).refused(1, "image_size must lie in [16, 1024], for so much fits in memory; got 4096");
    }

    @Test
    void whatItDoesNotHaveIsSaid() {
        Path out = folder.resolve("none");
        train(out, "--network", "three-layers")
                .refused(2, "there is no network 'three-layers' here; there are: fianet, ");
        train(out, "--network", "two-layers", "--init-swin", "swin.pth")
                .refused(1, "two-layers has no part of Swin; leave --init-swin out");
        Cli.run("ablate", "--network", "two-layers", "--dataset", "synthetic", "--steps", 1, "--out", out)
                .refused(2, "two-layers has no ablation tables");
        assertTrue(Cli.run("doctor").done().out().contains("two-layers TwoLayers"));
    }

    /** A folder whose configuration names one network and whose tensors are another's. */
    @Test
    void aConfigurationThatNamesAnotherNetworkIsRefused() throws IOException {
        Path run = folder.resolve("run");
        train(run, "--network", "two-layers", "--max-steps", 1).done();
        Path config = run.resolve("last/config.json");
        Object[] words = {
            "segment", "--image", "a.png", "--text", "a car", "--weights", run.resolve("last"), "--out", folder
        };
        Path image = folder.resolve("a.png");
        RgbImage scene = Demo.scene();
        Overlays.writeOverlay(image, scene, new boolean[scene.width() * scene.height()]);
        words[2] = image;
        Files.writeString(config, "{\"network\": \"fianet\"}");
        Cli.run(words).refused(1, config, "names the network fianet, but", "holds a whole TwoLayers");
        Files.writeString(config, "{\"network\": \"three-layers\"}");
        Cli.run(words).refused(1, config, "there is no network 'three-layers' here; there are: fianet, ");
    }

    /** The page's code is the code that was compiled and run above. */
    @Test
    void thePageShowsThisNetwork() throws IOException {
        Path home = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(home.resolve("docs"))) {
            home = home.getParent();
        }
        String page = Files.readString(home.resolve("docs/adding-a-network.md"));
        Matcher block = Pattern.compile("```java\\R// (\\S+)\\R(.*?)```", Pattern.DOTALL)
                .matcher(page);
        int found = 0;
        while (block.find()) {
            Path source = Path.of("src/test/java/com/example/twolayers", block.group(1));
            assertEquals(
                    Files.readString(source).strip(),
                    block.group(2).replace("\r", "").strip(),
                    block.group(1));
            found++;
        }
        assertEquals(3, found);
        try (var services =
                OwnNetworkTest.class.getResourceAsStream("/META-INF/services/dev.swath.fianet.model.NetworkProvider")) {
            assertTrue(page.contains(
                    new String(services.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).strip()));
        }
    }
}
