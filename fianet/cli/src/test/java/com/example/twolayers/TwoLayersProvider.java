package com.example.twolayers;

import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.Signature;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.tensor.StateDict;
import dev.swath.weights.Checkpoint;
import java.util.Optional;

/** Registers it. */
public final class TwoLayersProvider implements NetworkProvider {
    private static final int SIZE = 64;

    /** For the service loader. */
    public TwoLayersProvider() {}

    @Override
    public String name() {
        return TwoLayersConfig.NAME;
    }

    @Override
    public String title() {
        return "TwoLayers";
    }

    @Override
    public Signature signature() {
        return Signature.of("words.weight", "pixels.weight", "classes.weight");
    }

    @Override
    public ModelConfig published(DatasetVocabulary dataset) {
        return new ModelConfig(new TwoLayersConfig(8, 30522), dataset, dataset.length(), SIZE);
    }

    @Override
    public String training(DatasetVocabulary dataset) {
        return "{\"epochs\": 2, \"optimizer\": {\"learning_rate\": 0.01}}";
    }

    @Override
    public Optional<String> compact() {
        return Optional.of("{\"batch\": 2, \"loss\": {\"dice\": 0}}");
    }

    @Override
    public String vocabularyKey() {
        return "vocabulary";
    }

    @Override
    public ModelConfig deduce(Checkpoint checkpoint) {
        StateDict tensors = checkpoint.tensors();
        int channels = tensors.entry("pixels.weight").shape().dim(0);
        int vocabulary = tensors.entry("words.weight").shape().dim(0);
        return new ModelConfig(
                new TwoLayersConfig(channels, vocabulary),
                DatasetVocabulary.BOTH,
                DatasetVocabulary.BOTH.length(),
                SIZE);
    }
}
