package dev.swath.fianet.cli;

import dev.swath.fianet.image.Images;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.model.FiaNetConfig;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.tokenizer.Vocabulary;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.imageio.ImageIO;

/** What the demo runs on: a bundled scene, a small vocabulary, and a small untrained network. */
final class Demo {
    /** Side of the network's input. */
    static final int SIZE = 256;

    /** Seed of the untrained weights. */
    static final long SEED = 2401;

    private Demo() {}

    private static byte[] resource(String name) {
        try (InputStream in = Demo.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("[demo] the resource " + name + " is missing from this build");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Vocabulary vocabulary() {
        return Vocabulary.of(List.of(new String(resource("vocab.txt"), StandardCharsets.UTF_8).split("\n")));
    }

    static RgbImage scene() {
        try (InputStream in = Demo.class.getResourceAsStream("scene.png")) {
            if (in == null) {
                throw new IllegalStateException("[demo] the bundled scene is missing from this build");
            }
            return Images.of(ImageIO.read(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static FiaNetConfig config() {
        SwinConfig vision = new SwinConfig(32, List.of(2, 2, 2, 2), List.of(1, 2, 4, 8), 7, 4, 4, 0);
        BertConfig text = new BertConfig(vocabulary().size(), 64, 2, 2, 128, 64, 2, 0, 1e-12);
        return new FiaNetConfig(
                vision, text, List.of(1, 1, 1, 1), 1, 0, FiaNetConfig.Wiring.REFERENCE, FiaNetConfig.Ablation.NONE);
    }
}
