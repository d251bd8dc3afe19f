package dev.swath.fianet.metrics;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.data.DataException;
import dev.swath.fianet.data.Mask;
import dev.swath.fianet.data.ReferringDataset;
import dev.swath.fianet.data.Sample;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.text.ExpressionException;
import dev.swath.files.Quoted;
import dev.swath.kernels.Parallelism;
import dev.swath.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
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
     * A model's answer to one sample; both masks at the network's resolution.
     *
     * @param id of the sample
     * @param sentence that was asked
     * @param category of the object
     * @param prediction of the model
     * @param truth of the data set
     */
    public record Answer(String id, String sentence, String category, Mask prediction, Mask truth) {}

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
     * Evaluates all samples of a data set; the result does not depend on the number of threads.
     *
     * @param parallelism samples that are evaluated at once; {@link Parallelism#single} if the model is for one thread
     * @param progress is told the number of samples done, by any thread
     */
    public static Report run(
            ReferringDataset dataset, Predictor predictor, Parallelism parallelism, IntConsumer progress) {
        return run(dataset.size(), i -> answer(dataset.read(i), predictor), parallelism, progress, () -> false)
                .orElseThrow();
    }

    /**
     * Evaluates samples 0 to {@code samples - 1}; the result does not depend on the number of threads.
     *
     * @param answers the answer to the sample of that number; asked once each, in order if {@code parallelism} is {@link
     *     Parallelism#single}
     * @param parallelism samples that are evaluated at once
     * @param progress is told the number of samples done, by any thread
     * @param stop when it turns true, no further sample is begun
     * @return absent if a sample was left out because of {@code stop}
     */
    public static Optional<Report> run(
            int samples,
            IntFunction<Answer> answers,
            Parallelism parallelism,
            IntConsumer progress,
            BooleanSupplier stop) {
        Outcome[] outcomes = new Outcome[samples];
        AtomicInteger done = new AtomicInteger();
        parallelism.forEach(samples, i -> {
            if (!stop.getAsBoolean()) {
                Answer a = answers.apply(i);
                Overlap overlap = Overlap.of(a.prediction.values(), a.truth.values());
                outcomes[i] = new Outcome(i, a.id, a.sentence, a.category, overlap);
                progress.accept(done.incrementAndGet());
            }
        });
        if (done.get() < samples) {
            return Optional.empty();
        }
        Metrics metrics = new Metrics();
        for (Outcome o : outcomes) {
            metrics.add(o.overlap, o.category);
        }
        return Optional.of(new Report(metrics.result(), List.of(outcomes)));
    }

    /** The answer to a sample; throws a {@link DataException} if the logits hold values that are not numbers. */
    public static Answer answer(Sample sample, Predictor predictor) {
        Mask prediction = prediction(sample.id(), sample.image(), sample.sentence(), predictor);
        Mask truth = sample.mask().resized(prediction.width(), prediction.height());
        return new Answer(sample.id(), sample.sentence(), sample.category(), prediction, truth);
    }

    /** What a model marks; throws a {@link DataException} that names the sample if the logits hold values that are not numbers. */
    static Mask prediction(String sample, RgbImage image, String sentence, Predictor predictor) {
        try {
            Tensor logits = predictor.logits(image, sentence);
            requireNumbers(logits);
            return argMax(logits);
        } catch (ExpressionException | ArithmeticException e) {
            throw new DataException("[evaluate] sample " + Quoted.text(sample) + ": " + e.getMessage(), e);
        }
    }

    private static void requireNumbers(Tensor logits) {
        for (float value : logits.toFloatArray()) {
            if (Float.isNaN(value)) {
                throw new ArithmeticException("the network's answer holds values that are not numbers");
            }
        }
    }

    /** Where class 1 is above class 0; a tie is background, and so is what cannot be compared, a NaN in either class. */
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
            out[i] = (byte) (values[n + i] > values[i] ? 1 : 0);
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
