package com.example.twolayers;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Reduce;
import dev.swath.autograd.ops.Reshape;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.SentenceInput;
import dev.swath.kernels.Activation;
import dev.swath.nn.Conv2d;
import dev.swath.nn.Embedding;
import dev.swath.nn.Pointwise;
import java.util.List;

/** A convolution over the pixels, its channels weighted by the sum of the sentence's word vectors, and a product to two classes. */
public final class TwoLayers extends ReferringNetwork {
    private final TwoLayersConfig config;
    private final Embedding words;
    private final Conv2d pixels;
    private final Pointwise classes;

    TwoLayers(TwoLayersConfig config) {
        this.config = config;
        this.words = child("words", new Embedding(config.vocabulary(), config.channels(), -1));
        this.pixels = child("pixels", new Conv2d(3, config.channels(), 3, 1, 1, true));
        this.classes = child("classes", new Pointwise(config.channels(), 2, 2));
    }

    @Override
    public TwoLayersConfig config() {
        return config;
    }

    @Override
    public Var forward(Tape tape, Var image, SentenceInput sentences) {
        return call(tape, () -> {
            int batch = sentences.batch();
            Var mask = sentences.mask(0);
            Var seen = Reshape.apply(tape, mask, batch, mask.dim(1), 1);
            Var vectors = Binary.mul(tape, words.forward(tape, sentences.ids()), seen);
            Var sentence = Reshape.apply(tape, Reduce.sum(tape, vectors, 1, true), batch, 1, 1, config.channels());
            Var map = pixels.forward(tape, List.of(image), Activation.RELU);
            return classes.forward(tape, Binary.mul(tape, map, sentence));
        });
    }
}
