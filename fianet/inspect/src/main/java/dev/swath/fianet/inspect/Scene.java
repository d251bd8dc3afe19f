package dev.swath.fianet.inspect;

import dev.swath.autograd.Tape;
import dev.swath.autograd.TapeListener;
import dev.swath.autograd.Var;
import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.ReferringSegmenter.Tokens;
import dev.swath.fianet.SegmentationResult;
import dev.swath.fianet.image.Preprocessor;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.fianet.model.SentenceInput;
import dev.swath.kernels.Backend;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import java.util.function.Supplier;

/**
 * A network before an image, which it can be asked about.
 *
 * @param network with its weights
 * @param backend where it runs
 * @param image as it was given
 * @param seen gives the image as the network sees it
 * @param height rows of that
 * @param width columns of that
 * @param pass runs the network
 */
record Scene(
        ReferringNetwork network,
        Backend backend,
        RgbImage image,
        Supplier<RgbImage> seen,
        int height,
        int width,
        Pass pass) {
    /** One pass, watched. */
    @FunctionalInterface
    interface Pass {
        SegmentationResult run(Tokens tokens, TapeListener listener);
    }

    /** A segmenter before a picture, with its own threads and precision. */
    static Scene of(ReferringSegmenter segmenter, RgbImage image) {
        Preprocessor preprocessor = segmenter.preprocessor();
        return new Scene(
                segmenter.network(),
                segmenter.backend(),
                image,
                () -> preprocessor.restore(preprocessor.apply(image)),
                preprocessor.size(),
                preprocessor.size(),
                (tokens, listener) -> segmenter.segment(image, tokens, listener));
    }

    /** A network before what it is to see, (1, H, W, 3); it computes in the type of that, on one thread. */
    static Scene of(ReferringNetwork network, Backend backend, Tensor image) {
        if (image.rank() != 4
                || image.dim(0) != 1
                || image.dim(3) != 3
                || !image.dtype().isFloating()) {
            throw new InspectionException(
                    "[inspect] an image must have shape (1, H, W, 3) and a floating type; got " + image.describe());
        }
        RgbImage seen = Preprocessor.imageNet(1).restore(image);
        return new Scene(
                network,
                backend,
                seen,
                () -> seen,
                image.dim(1),
                image.dim(2),
                (tokens, listener) -> result(logits(network, backend, image, tokens, listener)));
    }

    private static Tensor logits(
            ReferringNetwork network, Backend backend, Tensor image, Tokens tokens, TapeListener listener) {
        try (Tape tape = Tape.inference(Tape.Options.of(backend).withListener(listener))) {
            SentenceInput sentence = SentenceBatch.of(
                            tokens.ids(), tokens.context(), tokens.object(), tokens.position())
                    .upload(tape, network)
                    .cast(tape, image.dtype());
            Var there = network.upload(tape, image);
            return tape.reading("", () -> network.forward(tape, there, sentence)
                    .value()
                    .permute(0, 3, 1, 2)
                    .copy()
                    .to(DType.F32));
        }
    }

    /** The answer at the size of the logits (1, 2, H, W). */
    private static SegmentationResult result(Tensor logits) {
        int height = logits.dim(2);
        int width = logits.dim(3);
        float[] both = logits.toFloatArray();
        float[] probability = new float[height * width];
        boolean[] mask = new boolean[probability.length];
        for (int i = 0; i < mask.length; i++) {
            double margin = (double) both[mask.length + i] - both[i];
            probability[i] = (float) (1 / (1 + Math.exp(-margin)));
            mask[i] = margin > 0;
        }
        return new SegmentationResult(width, height, mask, probability, logits);
    }
}
