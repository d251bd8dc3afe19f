package dev.swath.fianet;

import dev.swath.fianet.image.Preprocessor;
import dev.swath.fianet.model.FiaNet;
import dev.swath.fianet.model.FiaNetConfig;
import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.json.Fields;
import dev.swath.files.json.JsonException;
import dev.swath.kernels.Backend;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.tensor.DType;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.tensor.TensorSink;
import dev.swath.tokenizer.Vocabulary;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.LoadReport;
import dev.swath.weights.WeightsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A network ready for inference with what belongs to it.
 *
 * @param network loaded, its weights packed for the backend
 * @param vocabulary of the tokenizer, or null if token ids will be given
 * @param preprocessor image size and statistics
 * @param dataset whose classes apply
 * @param sentenceLength ids a sentence
 */
record Model(
        FiaNet network,
        @Nullable Vocabulary vocabulary,
        Preprocessor preprocessor,
        DatasetVocabulary dataset,
        int sentenceLength) {
    /** Opens a folder of ours or a checkpoint of the published training script. */
    static Model open(Path path, @Nullable Path vocabularyFile, @Nullable DatasetVocabulary dataset, Backend backend) {
        Checkpoint checkpoint = Checkpoint.open(path).require(Checkpoint.Kind.FIANET);
        Path folder = Files.isDirectory(path) ? path : null;
        Path vocab = vocabularyFile != null ? vocabularyFile : folder == null ? null : folder.resolve("vocab.txt");
        Vocabulary vocabulary = vocab == null ? null : Vocabulary.load(vocab);
        Path json = folder == null ? null : folder.resolve("config.json");
        ModelConfig settings = configuration(checkpoint, json);
        FiaNetConfig config = settings.network();
        if (vocabulary != null && vocabulary.size() != config.text().vocabulary()) {
            throw new WeightsException("[weights] the vocabulary " + vocab + " has " + vocabulary.size()
                    + " pieces, but the word table of " + path + " has "
                    + config.text().vocabulary() + " rows; they must belong together");
        }
        FiaNet network = new FiaNet(config);
        LoadReport.load(checkpoint.tensors(), network.targets(), checked(path, network.sink(backend)))
                .acceptMissing("relative_position_index")
                .requireComplete(path.toString());
        DatasetVocabulary words = dataset != null ? dataset : settings.dataset();
        int length = dataset != null ? dataset.length() : settings.sentenceLength();
        return new Model(network, vocabulary, Preprocessor.imageNet(settings.imageSize()), words, length);
    }

    /** What the folder's configuration says, and the checkpoint's shapes where it says nothing. */
    private static ModelConfig configuration(Checkpoint checkpoint, @Nullable Path json) {
        try {
            ModelConfig deduced = deduce(checkpoint);
            return json == null || !Files.exists(json) ? deduced : ModelConfig.fromJson(Fields.of(json), deduced);
        } catch (JsonException | IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
            throw new WeightsException("[weights] " + checkpoint.path() + (json == null ? "" : " with " + json)
                    + " describes no network that can be: " + e.getMessage());
        }
    }

    private static TensorSink checked(Path path, TensorSink sink) {
        return new TensorSink() {
            @Override
            public float[] memory(String name, int elements) {
                return sink.memory(name, elements);
            }

            @Override
            public void accept(String name, Tensor value) {
                Tensor dense = value.dtype().isFloating() ? value.to(DType.F32).contiguous() : value;
                if (dense.storage() instanceof HostStorage.Floats floats) {
                    requireFinite(path, name, floats.array(), (int) dense.offset(), (int) dense.elements());
                }
                sink.accept(name, dense);
            }
        };
    }

    private static void requireFinite(Path path, String name, float[] a, int from, int n) {
        int largest = 0; // of the magnitudes, whose bits are in the order of their values
        for (int i = from; i < from + n; i++) {
            largest = Math.max(largest, Float.floatToRawIntBits(a[i]) & Integer.MAX_VALUE);
        }
        if (largest >= Float.floatToRawIntBits(Float.POSITIVE_INFINITY)) {
            throw new WeightsException(
                    "[weights] " + path + ": '" + name + "' holds values that are infinite or not numbers");
        }
    }

    /** The configuration that the names and shapes of a checkpoint imply; what they do not tell is as published. */
    static ModelConfig deduce(Checkpoint checkpoint) {
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
        BertConfig text = new BertConfig(
                words.dim(0),
                hidden,
                layers,
                Math.max(1, hidden / 64),
                shape(t, checkpoint, "text_encoder.encoder.layer.0.intermediate.dense.weight")
                        .dim(0),
                shape(t, checkpoint, "text_encoder.embeddings.position_embeddings.weight")
                        .dim(0),
                shape(t, checkpoint, "text_encoder.embeddings.token_type_embeddings.weight")
                        .dim(0),
                0.1,
                1e-12);
        FiaNetConfig network = new FiaNetConfig(
                new SwinConfig(embed, depths, heads, window, patch, mlp, 0.3),
                text,
                List.of(1, 1, 1, 1),
                blocks,
                0,
                FiaNetConfig.Wiring.REFERENCE,
                FiaNetConfig.Ablation.NONE);
        DatasetVocabulary dataset = blocks >= 3 ? DatasetVocabulary.RRSISD : DatasetVocabulary.REFSEGRS;
        return new ModelConfig(
                network, dataset, Math.min(dataset.length(), text.positions()), ModelConfig.PUBLISHED_SIZE);
    }

    private static Shape shape(StateDict t, Checkpoint checkpoint, String name) {
        return t.find(name)
                .orElseThrow(() -> new WeightsException("[weights] " + checkpoint.path() + ": '" + name
                        + "' is missing, so this is no complete FIANet checkpoint"))
                .shape();
    }
}
