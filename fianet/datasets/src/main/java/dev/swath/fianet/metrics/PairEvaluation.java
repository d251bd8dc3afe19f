package dev.swath.fianet.metrics;

import dev.swath.fianet.data.DataException;
import dev.swath.fianet.data.Mask;
import dev.swath.fianet.synth.PositionPairs;
import dev.swath.fianet.synth.WordPair;
import dev.swath.kernels.Parallelism;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/**
 * Measures whether a model follows words of place and size: of two things of one kind it is asked for one by such words, then for the
 * other, and what it marks is compared with both. A model that does not read those words marks the same for either sentence, and is
 * right once in a scene at most.
 */
public final class PairEvaluation {
    /** IoU with the thing that was asked for, above which an answer counts as marked well. */
    public static final double WELL = 0.5;

    /**
     * One answer.
     *
     * @param words of the pair
     * @param scene number of the scene among those of its words
     * @param sentence that was asked
     * @param asked IoU with the thing that it selects
     * @param other IoU with the other thing
     */
    public record Answer(WordPair words, int scene, String sentence, double asked, double other) {
        /** Whether the right one of the two is marked. */
        public boolean right() {
            return asked > other;
        }

        /** Whether it is marked well, too. */
        public boolean well() {
            return right() && asked > WELL;
        }
    }

    /**
     * What came of some answers; shares are times 100.
     *
     * @param scenes with two sentences each
     * @param right share of the answers that mark the right one
     * @param well share of those that mark it well
     * @param both share of the scenes in which both answers mark the right one
     * @param asked mean IoU with the thing that was asked for
     * @param other mean IoU with the other thing
     */
    public record Tally(int scenes, double right, double well, double both, double asked, double other) {
        /** Of answers that stand in order, two a scene. */
        static Tally of(List<Answer> answers) {
            int scenes = answers.size() / 2;
            int both = 0;
            for (int i = 0; i < scenes; i++) {
                both += answers.get(2 * i).right() && answers.get(2 * i + 1).right() ? 1 : 0;
            }
            return new Tally(
                    scenes,
                    share(answers.stream().filter(Answer::right).count(), answers.size()),
                    share(answers.stream().filter(Answer::well).count(), answers.size()),
                    share(both, scenes),
                    100 * answers.stream().mapToDouble(Answer::asked).average().orElse(0),
                    100 * answers.stream().mapToDouble(Answer::other).average().orElse(0));
        }

        private static double share(long part, int whole) {
            return 100.0 * part / Math.max(1, whole);
        }
    }

    /**
     * All answers, in the order of the words and of their scenes, two a scene.
     *
     * @param answers of the model
     */
    public record Report(List<Answer> answers) {
        /** Copies. */
        public Report {
            answers = List.copyOf(answers);
        }

        /** Of all. */
        public Tally all() {
            return Tally.of(answers);
        }

        /** Of one pair of words. */
        public Tally of(WordPair words) {
            return Tally.of(answers.stream().filter(a -> a.words == words).toList());
        }
    }

    private PairEvaluation() {}

    /**
     * Asks for both things of {@code count} scenes of each pair of words; the result does not depend on the number of threads.
     *
     * @param parallelism scenes that are drawn and asked at once
     * @param progress is told the number of scenes done, by any thread
     */
    public static Report run(
            PositionPairs pairs,
            int count,
            Evaluation.Predictor predictor,
            Parallelism parallelism,
            IntConsumer progress) {
        if (count < 1) {
            throw new DataException("[pairs] there must be at least one scene of each pair of words; got " + count);
        }
        WordPair[] words = WordPair.values();
        List<List<Answer>> answers = new ArrayList<>(Stream.generate(List::<Answer>of)
                .limit((long) count * words.length)
                .toList());
        AtomicInteger done = new AtomicInteger();
        parallelism.forEach(count * words.length, i -> {
            answers.set(i, ask(pairs, words[i / count], i % count, predictor)); // each task writes its own place
            progress.accept(done.incrementAndGet());
        });
        return new Report(answers.stream().flatMap(List::stream).toList());
    }

    private static List<Answer> ask(PositionPairs pairs, WordPair words, int scene, Evaluation.Predictor predictor) {
        PositionPairs.Pair pair = pairs.pair(words, scene);
        return List.of(
                ask(words, scene, pair, pair.first(), pair.second(), predictor),
                ask(words, scene, pair, pair.second(), pair.first(), predictor));
    }

    private static Answer ask(
            WordPair words,
            int scene,
            PositionPairs.Pair pair,
            PositionPairs.Side asked,
            PositionPairs.Side other,
            Evaluation.Predictor predictor) {
        Mask prediction =
                Evaluation.prediction(words.label() + ", scene " + scene, pair.image(), asked.sentence(), predictor);
        return new Answer(words, scene, asked.sentence(), iou(prediction, asked.mask()), iou(prediction, other.mask()));
    }

    private static double iou(Mask prediction, Mask truth) {
        return Overlap.of(
                        prediction.values(),
                        truth.resized(prediction.width(), prediction.height()).values())
                .iou();
    }
}
