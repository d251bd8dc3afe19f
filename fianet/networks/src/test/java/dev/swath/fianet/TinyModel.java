package dev.swath.fianet;

import dev.swath.autograd.RandomSource;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.model.fianet.FiaNet;
import dev.swath.fianet.model.fianet.FiaNetConfig;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;

/** A whole network of a few thousand weights, by seed, as a model folder: what tests open. */
public final class TinyModel {
    /** The lines of its vocabulary. */
    public static final List<String> PIECES = List.of(
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "ship", "on", "lower", "right", "left", "vehicle",
            "road");

    private TinyModel() {}

    /** Its sizes. */
    public static FiaNetConfig config() {
        return new FiaNetConfig(
                new TrunkConfig(
                        new SwinConfig(16, List.of(2, 2, 2, 2), List.of(1, 2, 4, 8), 4, 4, 4, 0),
                        new BertConfig(PIECES.size(), 32, 2, 1, 64, 32, 2, 0, 1e-12)),
                1,
                FiaNetConfig.Wiring.REFERENCE,
                FiaNetConfig.Ablation.NONE);
    }

    /** An image of noise. */
    public static RgbImage image(int width, int height, long seed) {
        byte[] rgb = new byte[3 * width * height];
        new SplittableRandom(seed).nextBytes(rgb);
        return new RgbImage(width, height, rgb);
    }

    /** Its weights. */
    public static StateDict weights() {
        FiaNet network = new FiaNet(config());
        network.initialise(new RandomSource(7));
        return network.stateDict();
    }

    /** Options with a tagger that takes every word for a noun, for tests without a real one. */
    public static ReferringSegmenter.Options options() {
        return ReferringSegmenter.Options.defaults()
                .withTagger(words -> words.stream().map(_ -> "NN").toList());
    }

    /** Opens the folder with these options. */
    public static ReferringSegmenter open(Path folder) {
        return ReferringSegmenter.open(folder, options());
    }

    /** Writes the folder. */
    public static Path write(Path folder) throws IOException {
        return write(folder, (name, tensor) -> {});
    }

    /** Writes the folder with weights that the editor has changed. */
    public static Path write(Path folder, BiConsumer<String, Tensor> editor) throws IOException {
        StateDict all = weights();
        StateDict out = new StateDict();
        for (String name : all.names()) {
            Tensor value = all.get(name);
            editor.accept(name, value);
            out.put(name, value);
        }
        Files.createDirectories(folder);
        Safetensors.write(folder.resolve("model.safetensors"), out, Map.of());
        Files.write(folder.resolve("vocab.txt"), PIECES);
        Files.writeString(folder.resolve("config.json"), "{\"image_size\": 96, \"bert\": {\"heads\": 1}}");
        return folder;
    }
}
