package dev.swath.fianet.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.files.json.Json;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.Safetensors;
import dev.swath.weights.TorchWriter;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that is written in another form segments as before, for it carries what its tensors do not tell. */
class ConvertedModelTest {
    /** The bundled model: 4 heads of its text encoder, images of 192 pixels. */
    private static final Path BUNDLED = Path.of("../bundled/src/main/resources/dev/swath/fianet/bundled");

    @TempDir
    Path folder;

    private Path image;

    @BeforeEach
    void draw() throws IOException {
        BufferedImage scene = new BufferedImage(160, 120, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = scene.createGraphics();
        g.setColor(new Color(40, 80, 110));
        g.fillRect(0, 0, 160, 120);
        g.setColor(new Color(210, 210, 215));
        g.fillRect(20, 50, 30, 12);
        g.fillRect(110, 60, 28, 10);
        g.dispose();
        image = folder.resolve("scene.png");
        ImageIO.write(scene, "png", image.toFile());
    }

    private byte[] probabilities(Path weights, Object... more) throws IOException {
        Path out = folder.resolve("out-" + weights.getFileName());
        List<Object> args = new ArrayList<>(List.of(
                "segment",
                "--image",
                image,
                "--text",
                "the ship on the left",
                "--weights",
                weights,
                "--vocab",
                BUNDLED.resolve("vocab.txt"),
                "--out",
                out,
                "--threads",
                1));
        args.addAll(List.of(more));
        Cli.run(args.toArray()).done();
        return Files.readAllBytes(out.resolve("probability.png"));
    }

    @Test
    void everyFormGivesTheSameMask() throws IOException {
        byte[] want = probabilities(BUNDLED);
        for (String name : new String[] {"b.pth", "b.safetensors"}) {
            Path converted = folder.resolve(name);
            Cli.run("weights", "convert", BUNDLED, converted).done();
            assertArrayEquals(want, probabilities(converted), name);
            // And once more from there.
            Path again = folder.resolve("again-" + (name.endsWith("pth") ? "b.safetensors" : "b.pth"));
            Cli.run("weights", "convert", converted, again).done();
            assertArrayEquals(want, probabilities(again), name);
        }
        Map<String, Object> carried = Json.parseObject(
                Checkpoint.open(folder.resolve("b.pth")).settings().config().orElseThrow());
        assertEquals(192L, carried.get("image_size"));
    }

    @Test
    void whatABareFileDoesNotCarryIsAskedFor() throws IOException {
        Checkpoint bundled = Checkpoint.open(BUNDLED);
        Path torch = folder.resolve("bare.pth");
        Path safetensors = folder.resolve("bare.safetensors");
        TorchWriter.write(torch, "model", bundled.tensors());
        Safetensors.write(safetensors, bundled.tensors(), Map.of());
        byte[] want = probabilities(BUNDLED);
        for (Path bare : new Path[] {torch, safetensors}) {
            Cli.run(
                            "segment",
                            "--image",
                            image,
                            "--text",
                            "ship",
                            "--weights",
                            bare,
                            "--vocab",
                            BUNDLED.resolve("vocab.txt"),
                            "--out",
                            folder.resolve("none"))
                    .refused(1, bare, "bert.heads and image_size", "--model-config");
            assertArrayEquals(want, probabilities(bare, "--model-config", BUNDLED.resolve("config.json")));
        }
    }
}
