package dev.swath.fianet.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.draw.Overlays;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.Networks;
import dev.swath.files.json.Json;
import dev.swath.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the commands do with each network that is here. */
class EveryNetworkTest {
    @TempDir
    Path folder;

    static Stream<String> networks() {
        return Networks.all().stream().map(NetworkProvider::name);
    }

    /** Those that can be made small. */
    static Stream<String> compact() {
        return Networks.all().stream().filter(n -> n.compact().isPresent()).map(NetworkProvider::name);
    }

    /** The compact settings with one block a stage. */
    private Path config(String network) throws IOException {
        Map<String, Object> keys = new LinkedHashMap<>(
                Json.parseObject(Networks.named(network).compact().orElseThrow()));
        Map<String, Object> model = new LinkedHashMap<>(Settings.inside(keys, "model"));
        model.put(ModelConfig.NETWORK, network);
        if (model.containsKey("swin")) {
            Map<String, Object> swin = new LinkedHashMap<>(Settings.inside(model, "swin"));
            swin.put("depths", List.of(1L, 1L, 1L, 1L));
            model.put("swin", swin);
        }
        keys.put("model", model);
        keys.put("batch", 2L);
        return Files.writeString(folder.resolve("config.json"), Json.write(keys, false));
    }

    private Cli train(String network, Object... more) throws IOException {
        Object[] words = Stream.concat(
                        Stream.of(
                                "train",
                                "--dataset",
                                "synthetic",
                                "--config",
                                config(network),
                                "--vocab",
                                Settings.bundledVocabulary(),
                                "--synth-count",
                                8,
                                "--synth-val",
                                2,
                                "--out",
                                folder.resolve("run")),
                        Stream.of(more))
                .toArray();
        return Cli.run(words);
    }

    private float[] logits(Path image, Object... weights) throws IOException {
        Path file = folder.resolve("l.safetensors");
        Object[] words = Stream.concat(
                        Stream.of(
                                "segment",
                                "--image",
                                image,
                                "--text",
                                "the ship on the left",
                                "--out",
                                folder.resolve("out"),
                                "--save-logits",
                                file),
                        Stream.of(weights))
                .toArray();
        Cli.run(words).done();
        return Safetensors.open(file).tensors().get("logits").toFloatArray();
    }

    @ParameterizedTest
    @MethodSource("compact")
    void itIsTrainedMeasuredShownConvertedAndAsked(String network) throws IOException {
        NetworkProvider provider = Networks.named(network);
        train(network, "--max-steps", 1).done();
        train(network, "--max-steps", 2, "--resume").done();
        Path last = folder.resolve("run/last");

        String shown = Cli.run("weights", "show", last).done().err();
        assertTrue(shown.contains("holds a whole " + provider.title() + ":"), shown);
        String summary = Cli.run("summary", "--weights", last).done().out();
        assertTrue(summary.startsWith(provider.title() + ", one image of "), summary);

        Path data = folder.resolve("data");
        Cli.run("synth", "--format", "refsegrs", "--out", data, "--count", 12, "--size", 64, "--seed", 1)
                .done();
        String table = Cli.run("evaluate", "--data", data, "--weights", last, "--format", "csv")
                .done()
                .out();
        assertTrue(table.contains("last"), table);

        Path image = folder.resolve("scene.png");
        RgbImage scene = Demo.scene();
        Overlays.writeOverlay(image, scene, new boolean[scene.width() * scene.height()]);
        float[] answer = logits(image, "--weights", last);
        Path torch = folder.resolve("model.pth");
        Cli.run("weights", "convert", last, torch).done();
        assertArrayEquals(answer, logits(image, "--weights", torch, "--vocab", last.resolve("vocab.txt")));
    }

    /** Of its published sizes, without any file. */
    @ParameterizedTest
    @MethodSource("networks")
    void itsModulesAreListed(String network) {
        Map<String, Object> found = Json.parseObject(Cli.run("summary", "--network", network, "--format", "json")
                .done()
                .out());
        assertEquals(network, found.get("network"));
        assertTrue(Json.asDouble(found.get("operations"), "operations") > 0);
    }
}
