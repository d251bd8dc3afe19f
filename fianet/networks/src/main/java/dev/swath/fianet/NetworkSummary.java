package dev.swath.fianet;

import dev.swath.autograd.Tape;
import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.Networks;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.kernels.MetaBackend;
import dev.swath.nn.Summary;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import dev.swath.weights.Checkpoint;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The modules of a referring network with the shape that each gives for one image and one sentence, its parameters and its
 * operations, found by a pass on shapes alone: nothing is computed, and no weights are read.
 *
 * @param title the network's name for people
 * @param config its sizes, wiring and inputs
 * @param modules what was found
 */
public record NetworkSummary(String title, ModelConfig config, Summary modules) {
    /** Of a network as published for a data set. */
    public static NetworkSummary published(String network, DatasetVocabulary dataset) {
        NetworkProvider provider = Networks.named(network);
        return of(provider, provider.published(dataset));
    }

    /**
     * Of the network in a file or folder.
     *
     * @param modelConfig a {@code config.json} with what the file does not tell, or null
     */
    public static NetworkSummary of(Path weights, @Nullable Path modelConfig) {
        ModelSettings settings = ModelSettings.of(Checkpoint.open(weights), weights, modelConfig);
        return of(settings.provider(), settings.config());
    }

    /** Of the model of the artifact {@code swath-fianet-bundled}. */
    public static NetworkSummary bundled() {
        return BundledModel.read(folder -> of(folder, null));
    }

    private static NetworkSummary of(NetworkProvider provider, ModelConfig config) {
        NetworkConfig sizes = config.network();
        ReferringNetwork network = sizes.create();
        MetaBackend backend = new MetaBackend();
        int side = config.imageSize();
        Tensor image = Tensor.over(backend.allocate(DType.F32, 3L * side * side), Shape.of(1, side, side, 3), 0);
        SentenceBatch sentence = SentenceBatch.blank(1, config.sentenceLength());
        Summary modules = Summary.of(network, listener -> {
            Tape tape = Tape.inference(Tape.Options.of(backend).withListener(listener));
            network.forward(tape, network.upload(tape, image), sentence.upload(tape, network));
        });
        return new NetworkSummary(provider.title(), config, modules);
    }
}
