package dev.swath.fianet.inspect;

import dev.swath.autograd.RandomSource;
import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.TinyModel;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.Networks;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A small network of each kind that is registered, as a model folder. */
final class SmallModels {
    private SmallModels() {}

    /**
     * A sentence with an object and a position, of words that the tiny vocabulary has. The object has two words: of one alone every cell
     * gets the same, and the instance norm behind makes that 0.
     */
    static final String SENTENCE = "the road vehicle on the lower right";

    private static final Map<String, String> TAGS = Map.of("the", "DT", "on", "IN", "lower", "JJR", "right", "NN");

    /** Options with a tagger that knows those words. */
    static ReferringSegmenter.Options options() {
        return TinyModel.options()
                .withTagger(words ->
                        words.stream().map(w -> TAGS.getOrDefault(w, "NN")).toList());
    }

    /** An image of another shape than the network's. */
    static RgbImage image() {
        return TinyModel.image(70, 50, 4);
    }

    /** Writes the tiny FIANet with matrices three times as large; of the tensor of that name, the first element is half more. */
    static Path tiny(Path folder, String spoilt) throws IOException {
        return TinyModel.write(folder, (n, t) -> {
            if (t.dtype().isFloating() && t.rank() > 1) {
                t.copyFrom(scaled(t, 3));
            }
            if (n.equals(spoilt)) {
                t.set(t.get(0, 0) + 0.5, 0, 0);
            }
        });
    }

    /** Opens a model folder. */
    static ReferringSegmenter open(Path folder) {
        return ReferringSegmenter.open(folder, options());
    }

    /** Names of the networks that can be made small. */
    static Stream<String> names() {
        return Networks.all().stream().filter(n -> n.compact().isPresent()).map(NetworkProvider::name);
    }

    /** Writes the compact network with one block a stage; its weights are larger than first ones are, so that every part shows. */
    static Path write(String name, Path folder) throws IOException {
        NetworkProvider provider = Networks.named(name);
        Map<String, Object> model = new LinkedHashMap<>(
                Json.asObject(Json.parseObject(provider.compact().orElseThrow()).get("model"), "model"));
        model.put(ModelConfig.NETWORK, name);
        if (model.containsKey("swin")) {
            Map<String, Object> swin = new LinkedHashMap<>(Json.asObject(model.get("swin"), "swin"));
            swin.put("depths", List.of(1L, 1L, 1L, 1L));
            swin.put("embed_dim", 16L);
            model.put("swin", swin);
        }
        String[] key = provider.vocabularyKey().split("\\.");
        Map<String, Object> text = new LinkedHashMap<>(Json.asObject(model.getOrDefault(key[0], Map.of()), key[0]));
        text.put(key[1], (long) TinyModel.PIECES.size());
        text.putAll(Map.of("hidden", 32L, "layers", 1L, "heads", 2L, "intermediate", 64L));
        model.put(key[0], text);
        ModelConfig config =
                ModelConfig.untrained(new Fields(model, "small model"), provider.published(DatasetVocabulary.REFSEGRS));
        ReferringNetwork network = config.network().create();
        network.initialise(new RandomSource(11));
        Files.createDirectories(folder);
        Safetensors.write(folder.resolve("model.safetensors"), strong(network.stateDict()), Map.of());
        Files.write(folder.resolve("vocab.txt"), TinyModel.PIECES);
        Files.writeString(folder.resolve("config.json"), Json.write(config.toJson(), false));
        return folder;
    }

    /** Matrices three times as large as those that a training begins with. */
    static StateDict strong(StateDict weights) {
        StateDict out = new StateDict();
        for (String n : weights.names()) {
            Tensor t = weights.get(n);
            out.put(n, t.dtype().isFloating() && t.rank() > 1 ? scaled(t, 3) : t);
        }
        return out;
    }

    static Tensor scaled(Tensor t, double factor) {
        float[] x = t.toFloatArray();
        for (int i = 0; i < x.length; i++) {
            x[i] *= (float) factor;
        }
        return Tensor.of(x, t.shape().dims());
    }
}
