package dev.swath.fianet;

import dev.swath.fianet.image.Preprocessor;
import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.Networks;
import dev.swath.fianet.model.Recognition;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.json.Fields;
import dev.swath.files.json.JsonException;
import dev.swath.kernels.Backend;
import dev.swath.nn.ModuleException;
import dev.swath.tensor.DType;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Tensor;
import dev.swath.tensor.TensorSink;
import dev.swath.tokenizer.Vocabulary;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.LoadReport;
import dev.swath.weights.WeightsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A network ready for inference with what belongs to it.
 *
 * @param network loaded, its weights packed for the backend, if one was given
 * @param vocabulary of the tokenizer, or null if token ids will be given
 * @param preprocessor image size and statistics
 * @param dataset whose classes apply
 * @param sentenceLength ids a sentence
 */
record Model(
        ReferringNetwork network,
        @Nullable Vocabulary vocabulary,
        Preprocessor preprocessor,
        DatasetVocabulary dataset,
        int sentenceLength) {
    /**
     * Opens a folder of ours or a checkpoint of the published training script.
     *
     * @param backend whose packed weights inference uses, or null to keep the weights as training has them
     */
    static Model open(
            Path path, @Nullable Path vocabularyFile, @Nullable DatasetVocabulary dataset, @Nullable Backend backend) {
        Checkpoint checkpoint = Checkpoint.open(path);
        Path folder = Files.isDirectory(path) ? path : null;
        Path json = folder == null ? null : folder.resolve("config.json");
        NetworkProvider provider = provider(checkpoint, json);
        Path vocab = vocabularyFile != null ? vocabularyFile : folder == null ? null : folder.resolve("vocab.txt");
        Vocabulary vocabulary = vocab == null ? null : Vocabulary.load(vocab);
        ModelConfig settings = configuration(provider, checkpoint, json);
        int rows = settings.network().limits().vocabulary();
        if (vocabulary != null && vocabulary.size() != rows) {
            throw new WeightsException("[weights] the vocabulary " + vocab + " has " + vocabulary.size()
                    + " pieces, but the word table of " + path + " has "
                    + rows + " rows; they must belong together");
        }
        ReferringNetwork network = settings.network().create();
        LoadReport.load(provider.tensors(checkpoint), network.targets(), checked(path, network.sink(backend)))
                .acceptMissing(provider::optional)
                .requireComplete(path.toString());
        DatasetVocabulary words = dataset != null ? dataset : settings.dataset();
        int length = dataset != null ? dataset.length() : settings.sentenceLength();
        return new Model(network, vocabulary, Preprocessor.imageNet(settings.imageSize()), words, length);
    }

    /** The network that the folder's configuration names, or else that whose names the tensors have. */
    private static NetworkProvider provider(Checkpoint checkpoint, @Nullable Path json) {
        if (json == null || !Files.exists(json)) {
            return Recognition.network(checkpoint);
        }
        NetworkProvider named;
        try {
            Fields fields = Fields.of(json);
            if (!fields.has(ModelConfig.NETWORK)) {
                return Recognition.network(checkpoint);
            }
            named = Networks.named(fields.text(ModelConfig.NETWORK, ""));
        } catch (JsonException | ModuleException e) {
            throw noNetwork(checkpoint, json, e);
        }
        if (!named.signature().fits(checkpoint.tensors())) {
            throw new WeightsException("[weights] " + json + " names the network " + named.name() + ", but "
                    + checkpoint.path() + " holds " + Recognition.of(checkpoint).words());
        }
        return named;
    }

    private static WeightsException noNetwork(Checkpoint checkpoint, @Nullable Path json, RuntimeException e) {
        return new WeightsException("[weights] " + checkpoint.path() + (json == null ? "" : " with " + json)
                + " describes no network that can be: " + e.getMessage());
    }

    /** What the folder's configuration says, and the checkpoint's shapes where it says nothing. */
    private static ModelConfig configuration(NetworkProvider provider, Checkpoint checkpoint, @Nullable Path json) {
        try {
            ModelConfig deduced = provider.deduce(checkpoint);
            return json == null || !Files.exists(json) ? deduced : ModelConfig.fromJson(Fields.of(json), deduced);
        } catch (JsonException | IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
            throw noNetwork(checkpoint, json, e);
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
}
