package dev.swath.fianet;

import dev.swath.autograd.RandomSource;
import dev.swath.fianet.image.Preprocessor;
import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.Counted;
import dev.swath.files.Quoted;
import dev.swath.kernels.Backend;
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
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A network ready for inference with what belongs to it.
 *
 * @param network loaded, its weights packed for the backend, if one was given
 * @param vocabulary of the tokenizer, or null if token ids will be given
 * @param preprocessor image size and statistics
 * @param dataset whose classes apply
 * @param sentenceLength ids a sentence
 * @param provider of the network
 */
record Model(
        ReferringNetwork network,
        @Nullable Vocabulary vocabulary,
        Preprocessor preprocessor,
        DatasetVocabulary dataset,
        int sentenceLength,
        NetworkProvider provider) {
    private static final System.Logger LOGGER = System.getLogger(Model.class.getName());

    /**
     * Opens a folder of ours or a checkpoint of the published training script.
     *
     * @param backend whose packed weights inference uses, or null to keep the weights as training has them
     */
    static Model open(
            Path path,
            @Nullable Path vocabularyFile,
            @Nullable Path configFile,
            @Nullable DatasetVocabulary dataset,
            @Nullable Backend backend) {
        Checkpoint checkpoint = Checkpoint.open(path);
        Path vocab =
                vocabularyFile != null ? vocabularyFile : Files.isDirectory(path) ? path.resolve("vocab.txt") : null;
        ModelSettings found = ModelSettings.of(checkpoint, path, configFile);
        Vocabulary vocabulary = vocab == null ? null : Vocabulary.load(vocab);
        ModelConfig settings = found.config();
        int rows = settings.network().limits().vocabulary();
        if (vocabulary != null && vocabulary.size() != rows) {
            throw new WeightsException("[weights] the vocabulary " + Quoted.path(vocab) + " has "
                    + Counted.of(vocabulary.size(), "piece") + ", but the word table of " + Quoted.path(path) + " has "
                    + Counted.of(rows, "row") + "; they must belong together");
        }
        ReferringNetwork network = settings.network().create();
        LoadReport.load(found.provider().tensors(checkpoint), network.targets(), checked(path, network.sink(backend)))
                .acceptMissing(name -> found.provider().optional(name, settings.network()))
                .requireComplete(Quoted.path(path));
        List<String> madeUp = makeUpFor(network, backend).stream()
                .filter(found.provider()::exported)
                .toList();
        if (!madeUp.isEmpty()) {
            LOGGER.log(
                    System.Logger.Level.INFO,
                    "{0}: it lacks tensors that no pass reads, {1} in all, such as {2}",
                    Quoted.path(checkpoint.path()),
                    madeUp.size(),
                    madeUp.getFirst());
        }
        DatasetVocabulary words = dataset != null ? dataset : settings.dataset();
        int length = dataset == null || dataset == settings.dataset()
                ? settings.sentenceLength()
                : Math.min(
                        found.provider().published(dataset).sentenceLength(),
                        settings.network().limits().positions());
        return new Model(
                network, vocabulary, Preprocessor.imageNet(settings.imageSize()), words, length, found.provider());
    }

    /** Gives first values to the parameters that the file may lack, and lacks; returns their names. */
    private static List<String> makeUpFor(ReferringNetwork network, @Nullable Backend backend) {
        RandomSource random = new RandomSource(0);
        List<String> names = new ArrayList<>();
        network.namedParameters().forEach((name, p) -> {
            if (!p.isSet()) {
                p.initialise(random);
                if (backend != null) {
                    p.prepare(backend);
                }
                names.add(name);
            }
        });
        return names;
    }

    private static TensorSink checked(Path path, TensorSink sink) {
        return new TensorSink() {
            @Override
            public float[] memory(String name, int elements) {
                return sink.memory(name, elements);
            }

            @Override
            public void accept(String name, Tensor value) {
                Tensor dense = value.dtype().isFloating() ? floats(value) : value;
                if (dense.storage() instanceof HostStorage.Floats floats) {
                    requireFinite(path, name, floats.array(), (int) dense.offset(), (int) dense.elements());
                }
                sink.accept(name, dense);
            }
        };
    }

    /** As f32 in a Java array, however it was read. */
    private static Tensor floats(Tensor value) {
        Tensor dense = value.to(DType.F32).contiguous();
        return dense.storage() instanceof HostStorage.Floats ? dense : dense.copy();
    }

    private static void requireFinite(Path path, String name, float[] a, int from, int n) {
        int largest = 0; // of the magnitudes, whose bits are in the order of their values
        for (int i = from; i < from + n; i++) {
            largest = Math.max(largest, Float.floatToRawIntBits(a[i]) & Integer.MAX_VALUE);
        }
        if (largest >= Float.floatToRawIntBits(Float.POSITIVE_INFINITY)) {
            throw new WeightsException("[weights] " + Quoted.path(path) + ": '" + name
                    + "' holds values that are infinite or not numbers");
        }
    }
}
