package dev.swath.fianet.metrics;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.data.DataException;
import dev.swath.fianet.data.Mask;
import dev.swath.fianet.data.ReferringDataset;
import dev.swath.fianet.data.Sample;
import dev.swath.fianet.image.PillowResize;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.text.ExpressionException;
import dev.swath.kernels.Parallelism;
import dev.swath.tensor.Tensor;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Measures a model on a data set as the paper does: one sample at a time, prediction and mask both at the network's
 * resolution, never mapped back to the image's size.
 */
public final class Evaluation {
    /** A model: logits (1, 2, S, S) of an image and a sentence. */
    @FunctionalInterface
    public interface Predictor {
        /** The logits; class 1 is the object. */
        Tensor logits(RgbImage image, String sentence);

        /** A segmenter as a model. */
        static Predictor of(ReferringSegmenter segmenter) {
            return (image, sentence) -> segmenter.segment(image, sentence).logits();
        }
    }

    /**
     * One sample's outcome.
     *
     * @param index in the data set
     * @param id of the sample
     * @param sentence that was asked
     * @param category of the object
     * @param overlap of prediction and mask
     */
    public record Outcome(int index, String id, String sentence, String category, Overlap overlap) {}

    /**
     * The whole outcome.
     *
     * @param result the measures
     * @param outcomes of each sample, in the data set's order
     */
    public record Report(Metrics.Result result, List<Outcome> outcomes) {
        /** Copies. */
        public Report {
            outcomes = List.copyOf(outcomes);
        }
    }

    private Evaluation() {}

    /**
     * Evaluates all samples; the result does not depend on the number of threads.
     *
     * @param parallelism samples that are evaluated at once; {@link Parallelism#single} if the model is for one thread
     * @param progress is told the number of samples done, by any thread
     */
    public static Report run(
            ReferringDataset dataset, Predictor predictor, Parallelism parallelism, IntConsumer progress) {
        Outcome[] outcomes = new Outcome[dataset.size()];
        AtomicInteger done = new AtomicInteger();
        parallelism.forEach(outcomes.length, i -> {
            outcomes[i] = outcome(i, dataset.read(i), predictor);
            progress.accept(done.incrementAndGet());
        });
        Metrics metrics = new Metrics();
        for (Outcome o : outcomes) {
            metrics.add(o.overlap, o.category);
        }
        return new Report(metrics.result(), List.of(outcomes));
    }

    private static Outcome outcome(int index, Sample sample, Predictor predictor) {
        Mask prediction = predict(sample, predictor);
        byte[] target = target(sample.mask(), prediction);
        return new Outcome(
                index, sample.id(), sample.sentence(), sample.category(), Overlap.of(prediction.values(), target));
    }

    /** The prediction for a sample at the network's resolution. */
    public static Mask predict(Sample sample, Predictor predictor) {
        try {
            return argMax(predictor.logits(sample.image(), sample.sentence()));
        } catch (ExpressionException | ArithmeticException e) {
            throw new DataException("[evaluate] sample " + sample.id() + ": " + e.getMessage(), e);
        }
    }

    /** A mask at the size of another one, by the nearest pixel. */
    private static byte[] target(Mask mask, Mask like) {
        return PillowResize.nearest(mask.values(), mask.width(), mask.height(), like.width(), like.height());
    }

    /** Where class 1 is above class 0; a tie is background. Values that are not numbers are refused. */
    public static Mask argMax(Tensor logits) {
        int height = logits.dim(2);
        int width = logits.dim(3);
        int n = height * width;
        float[] values = logits.toFloatArray();
        if (values.length != 2 * n) {
            throw new IllegalArgumentException(
                    "[evaluate] logits must have the shape (1, 2, S, S); got " + logits.shape());
        }
        byte[] out = new byte[n];
        for (int i = 0; i < n; i++) {
            float background = values[i];
            float object = values[n + i];
            if (Float.isNaN(background) || Float.isNaN(object)) {
                throw new ArithmeticException("the network's answer holds values that are not numbers");
            }
            out[i] = (byte) (object > background ? 1 : 0);
        }
        return new Mask(width, height, out);
    }

    /** Numbers of the samples with the highest IoU, best first; equal ones in the data set's order. */
    public static List<Integer> best(Report report, int n) {
        return ranked(report, -1).limit(n).boxed().toList();
    }

    /** Numbers of the samples with the lowest IoU, worst first; equal ones in the data set's order. */
    public static List<Integer> worst(Report report, int n) {
        return ranked(report, 1).limit(n).boxed().toList();
    }

    private static IntStream ranked(Report report, int sign) {
        return IntStream.range(0, report.outcomes.size())
                .boxed()
                .sorted((a, b) -> sign
                        * Double.compare(
                                report.outcomes.get(a).overlap.iou(),
                                report.outcomes.get(b).overlap.iou()))
                .mapToInt(i -> i);
    }
}
