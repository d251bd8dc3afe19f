package dev.swath.fianet;

import dev.swath.autograd.RandomSource;
import dev.swath.fianet.image.ImageException;
import dev.swath.fianet.image.Preprocessor;
import dev.swath.fianet.model.FiaNet;
import dev.swath.fianet.model.FiaNetConfig;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.kernels.Backend;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.tokenizer.Vocabulary;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.LoadReport;
import dev.swath.weights.WeightsException;
import dev.swath.weights.json.Json;
import dev.swath.weights.json.JsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A network ready for inference with what belongs to it.
 *
 * @param network loaded, its weights packed for the backend
 * @param vocabulary of the tokenizer, or null if token ids will be given
 * @param preprocessor image size and statistics
 * @param dataset whose classes and sentence length apply
 */
record Model(FiaNet network, @Nullable Vocabulary vocabulary, Preprocessor preprocessor, DatasetVocabulary dataset) {
    private static final int SIZE = 480;

    /** Opens a folder of ours or a checkpoint of the published training script. */
    static Model open(Path path, @Nullable Path vocabularyFile, @Nullable DatasetVocabulary dataset, Backend backend) {
        Checkpoint checkpoint = Checkpoint.open(path).require(Checkpoint.Kind.FIANET);
        Path folder = Files.isDirectory(path) ? path : null;
        Path vocab = vocabularyFile != null ? vocabularyFile : folder == null ? null : folder.resolve("vocab.txt");
        Vocabulary vocabulary = vocab == null ? null : Vocabulary.load(vocab);
        Path json = folder == null ? null : folder.resolve("config.json");
        Map<String, Object> settings = json == null || !Files.exists(json) ? Map.of() : settings(json);
        FiaNetConfig config = sized(checkpoint, settings, json);
        if (vocabulary != null && vocabulary.size() != config.text().vocabulary()) {
            throw new WeightsException("[weights] the vocabulary " + vocab + " has " + vocabulary.size()
                    + " pieces, but the word table of " + path + " has "
                    + config.text().vocabulary() + " rows; they must belong together");
        }
        FiaNet network = new FiaNet(config);
        LoadReport.load(checkpoint.tensors(), network.targets(), checked(path, network.sink(backend)))
                .acceptMissing("relative_position_index")
                .requireComplete(path.toString());
        DatasetVocabulary words = dataset != null
                ? dataset
                : config.tmemBlocks() >= 3 ? DatasetVocabulary.RRSISD : DatasetVocabulary.REFSEGRS;
        return new Model(network, vocabulary, preprocessor(settings, json), words);
    }

    private static FiaNetConfig sized(Checkpoint checkpoint, Map<String, Object> settings, @Nullable Path json) {
        try {
            return deduce(checkpoint, settings);
        } catch (JsonException | IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
            throw new WeightsException("[weights] " + checkpoint.path() + (json == null ? "" : " with " + json)
                    + " describes no network that can be: " + e.getMessage());
        }
    }

    private static Preprocessor preprocessor(Map<String, Object> settings, @Nullable Path json) {
        try {
            return Preprocessor.imageNet(
                    settings.containsKey("image_size") ? Json.asInt(settings.get("image_size"), "image_size") : SIZE);
        } catch (JsonException | ImageException e) {
            throw new WeightsException("[weights] " + json + " gives no image size that can be: " + e.getMessage());
        }
    }

    /** A network with first values by seed, for the demo and for tests. */
    static Model untrained(
            FiaNetConfig config,
            Vocabulary vocabulary,
            int size,
            DatasetVocabulary dataset,
            long seed,
            Backend backend) {
        FiaNet network = new FiaNet(config);
        network.initialise(new RandomSource(seed));
        network.prepare(backend);
        return new Model(network, vocabulary, Preprocessor.imageNet(size), dataset);
    }

    private static Map<String, Object> settings(Path json) {
        try {
            return Json.parseObject(Files.readString(json));
        } catch (IOException | JsonException e) {
            throw new WeightsException("[weights] " + json + " cannot be read as a configuration: " + e.getMessage());
        }
    }

    private static BiConsumer<String, Tensor> checked(Path path, BiConsumer<String, Tensor> sink) {
        return (name, value) -> {
            if (value.storage() instanceof HostStorage.Floats floats && value.isContiguous()) {
                requireFinite(path, name, floats.array(), (int) value.offset(), (int) value.elements());
            }
            sink.accept(name, value);
        };
    }

    private static void requireFinite(Path path, String name, float[] a, int from, int n) {
        float zero = 0; // stays 0 unless something is infinite or not a number
        for (int i = from; i < from + n; i++) {
            zero += a[i] * 0f;
        }
        if (zero != 0f) {
            throw new WeightsException(
                    "[weights] " + path + ": '" + name + "' holds values that are infinite or not numbers");
        }
    }

    /** The configuration that the names and shapes of a checkpoint imply; what they do not tell comes from the settings. */
    static FiaNetConfig deduce(Checkpoint checkpoint, Map<String, Object> settings) {
        StateDict t = checkpoint.tensors();
        int embed = shape(t, checkpoint, "backbone.patch_embed.proj.weight").dim(0);
        int patch = shape(t, checkpoint, "backbone.patch_embed.proj.weight").dim(2);
        List<Integer> depths = new ArrayList<>();
        List<Integer> heads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String stage = "backbone.layers." + i + ".blocks.";
            int depth = 0;
            while (t.contains(stage + depth + ".norm1.weight")) {
                depth++;
            }
            depths.add(depth);
            heads.add(shape(t, checkpoint, stage + "0.attn.relative_position_bias_table")
                    .dim(1));
        }
        int rows = shape(t, checkpoint, "backbone.layers.0.blocks.0.attn.relative_position_bias_table")
                .dim(0);
        int window = ((int) Math.round(Math.sqrt(rows)) + 1) / 2;
        int mlp = shape(t, checkpoint, "backbone.layers.0.blocks.0.mlp.fc1.weight")
                        .dim(0)
                / embed;
        int blocks = 0;
        while (t.contains("backbone.tmem.block." + blocks + ".norm1.weight")) {
            blocks++;
        }
        Shape words = shape(t, checkpoint, "text_encoder.embeddings.word_embeddings.weight");
        int layers = 0;
        while (t.contains("text_encoder.encoder.layer." + layers + ".output.dense.weight")) {
            layers++;
        }
        int hidden = words.dim(1);
        int textHeads = settings.containsKey("text_heads")
                ? Json.asInt(settings.get("text_heads"), "text_heads")
                : Math.max(1, hidden / 64);
        BertConfig text = new BertConfig(
                words.dim(0),
                hidden,
                layers,
                textHeads,
                shape(t, checkpoint, "text_encoder.encoder.layer.0.intermediate.dense.weight")
                        .dim(0),
                shape(t, checkpoint, "text_encoder.embeddings.position_embeddings.weight")
                        .dim(0),
                shape(t, checkpoint, "text_encoder.embeddings.token_type_embeddings.weight")
                        .dim(0),
                0.1,
                1e-12);
        List<Integer> fusion = settings.containsKey("fusion_heads")
                ? Json.asList(settings.get("fusion_heads"), "fusion_heads").stream()
                        .map(v -> Json.asInt(v, "fusion_heads"))
                        .toList()
                : List.of(1, 1, 1, 1);
        FiaNetConfig.Wiring wiring =
                "paper".equals(settings.get("wiring")) ? FiaNetConfig.Wiring.PAPER : FiaNetConfig.Wiring.REFERENCE;
        return new FiaNetConfig(
                new SwinConfig(embed, depths, heads, window, patch, mlp, 0.3),
                text,
                fusion,
                blocks,
                0,
                wiring,
                FiaNetConfig.Ablation.NONE);
    }

    private static Shape shape(StateDict t, Checkpoint checkpoint, String name) {
        return t.find(name)
                .orElseThrow(() -> new WeightsException("[weights] " + checkpoint.path() + ": '" + name
                        + "' is missing, so this is no complete FIANet checkpoint"))
                .shape();
    }
}
