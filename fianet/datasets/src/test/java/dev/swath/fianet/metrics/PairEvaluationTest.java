package dev.swath.fianet.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.data.Mask;
import dev.swath.fianet.synth.PositionPairs;
import dev.swath.fianet.synth.WordPair;
import dev.swath.kernels.Parallelism;
import dev.swath.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Models that need no network: one that knows, one that does not read, one that takes the words for each other, one that marks nothing. */
class PairEvaluationTest {
    private static final int SIDE = 64;
    private static final PositionPairs PAIRS = new PositionPairs(3, SIDE);
    private static final List<PositionPairs.Pair> DRAWN =
            Stream.of(WordPair.values()).map(words -> PAIRS.pair(words, 0)).toList();

    private static Tensor logits(Mask mask) {
        float[] values = new float[2 * SIDE * SIDE];
        for (int i = 0; i < SIDE * SIDE; i++) {
            values[SIDE * SIDE + i] = mask.values()[i] != 0 ? 1 : -1;
        }
        return Tensor.of(values, 1, 2, SIDE, SIDE);
    }

    private static PairEvaluation.Report run(boolean reads, boolean turned) {
        Map<String, Mask> marks = new HashMap<>();
        for (PositionPairs.Pair pair : DRAWN) {
            Mask first = pair.first().mask();
            Mask second = pair.second().mask();
            int picture = java.util.Arrays.hashCode(pair.image().rgb());
            marks.put(picture + pair.first().sentence(), turned ? second : first);
            marks.put(picture + pair.second().sentence(), reads != turned ? second : first);
        }
        return PairEvaluation.run(
                PAIRS,
                1,
                (image, sentence) -> logits(marks.get(java.util.Arrays.hashCode(image.rgb()) + sentence)),
                Parallelism.single(),
                n -> {});
    }

    @Test
    void whoReadsIsRight() {
        PairEvaluation.Report report = run(true, false);
        assertEquals(new PairEvaluation.Tally(WordPair.values().length, 100, 100, 100, 100, 0), report.all());
        assertEquals(1, report.of(WordPair.SMALL_LARGE).scenes());
        assertTrue(report.answers().getFirst().sentence().endsWith("on the left"));
    }

    @Test
    void whoDoesNotReadIsRightHalfTheTime() {
        PairEvaluation.Report report = run(false, false);
        assertEquals(new PairEvaluation.Tally(WordPair.values().length, 50, 50, 0, 50, 50), report.all());
    }

    @Test
    void whoTakesTheWordsForEachOtherIsNeverRight() {
        PairEvaluation.Report report = run(true, true);
        assertEquals(new PairEvaluation.Tally(WordPair.values().length, 0, 0, 0, 0, 100), report.all());
    }

    @Test
    void whoMarksNothingIsNotRight() {
        PairEvaluation.Report report = PairEvaluation.run(
                PAIRS,
                1,
                (image, sentence) -> logits(new Mask(SIDE, SIDE, new byte[SIDE * SIDE])),
                Parallelism.single(),
                n -> {});
        assertEquals(new PairEvaluation.Tally(WordPair.values().length, 0, 0, 0, 0, 0), report.all());
    }
}
