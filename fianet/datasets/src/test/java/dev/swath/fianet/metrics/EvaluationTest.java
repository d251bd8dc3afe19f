package dev.swath.fianet.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.data.DataException;
import dev.swath.fianet.data.Mask;
import dev.swath.fianet.data.ReferringDataset;
import dev.swath.fianet.data.Sample;
import dev.swath.fianet.data.ShuffledSentences;
import dev.swath.fianet.data.Split;
import dev.swath.fianet.image.PillowResize;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.kernels.Parallelism;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class EvaluationTest {
    private static final int SIZE = 10;

    /** Triplet i: a 20 x 20 image, its first i * 40 pixels the object, the sentence "ship i". */
    private record Stripes(int size) implements ReferringDataset {
        @Override
        public DatasetVocabulary vocabulary() {
            return DatasetVocabulary.RRSISD;
        }

        @Override
        public Split split() {
            return Split.VAL;
        }

        @Override
        public String sentence(int i) {
            return "ship " + i;
        }

        @Override
        public String category(int i) {
            return i % 2 == 0 ? "ship" : "dam";
        }

        @Override
        public Sample read(int i) {
            byte[] mask = new byte[400];
            Arrays.fill(mask, 0, 40 * i, (byte) 1);
            return new Sample(
                    "s" + i, new RgbImage(20, 20, new byte[1200]), sentence(i), new Mask(20, 20, mask), category(i));
        }

        @Override
        public String fingerprint() {
            return "stripes";
        }

        @Override
        public void close() {}
    }

    /** Marks the rows that the sentence's number names, less a row for every third. */
    private static Tensor logits(RgbImage image, String sentence) {
        int rows = Integer.parseInt(sentence.substring(5));
        int marked = SIZE * (rows % 3 == 0 ? Math.max(0, rows - 1) : rows);
        float[] values = new float[2 * SIZE * SIZE];
        for (int p = 0; p < SIZE * SIZE; p++) {
            values[SIZE * SIZE + p] = p < marked ? 1 : 0; // a tie elsewhere: background
        }
        return Tensor.of(values, 1, 2, SIZE, SIZE);
    }

    @Test
    void samplesAreMeasuredAtTheNetworksResolution() {
        Stripes data = new Stripes(8);
        Evaluation.Report report = Evaluation.run(data, EvaluationTest::logits, Parallelism.single(), n -> {});
        Metrics want = new Metrics();
        for (int i = 0; i < 8; i++) {
            byte[] target = PillowResize.nearest(data.read(i).mask().values(), 20, 20, SIZE, SIZE);
            Mask prediction = Evaluation.argMax(logits(data.read(i).image(), data.sentence(i)));
            want.add(Overlap.of(prediction.values(), target), data.category(i));
        }
        assertEquals(want.result(), report.result());
        // IoU is i/i, or (i-1)/i for 3 and 6, and 0 for the empty mask of triplet 0.
        assertEquals(
                100 * (5 + 2 / 3.0 + 5 / 6.0) / 8, report.result().overall().meanIou(), 1e-9);
        assertEquals(100.0 * 26 / 28, report.result().overall().overallIou(), 1e-9);
        assertEquals(
                List.of("dam", "ship"), List.copyOf(report.result().categories().keySet()));
        assertEquals(List.of(0, 3, 6), Evaluation.worst(report, 3));
        assertEquals(List.of(1, 2), Evaluation.best(report, 2));
    }

    @Test
    void threadsDoNotChangeTheReport() {
        Stripes data = new Stripes(9);
        Evaluation.Report one = Evaluation.run(data, EvaluationTest::logits, Parallelism.single(), n -> {});
        try (Parallelism three = Parallelism.ofThreads(3)) {
            assertEquals(one, Evaluation.run(data, EvaluationTest::logits, three, n -> {}));
        }
    }

    @Test
    void anEvaluationMayEndEarly() {
        Stripes data = new Stripes(9);
        List<Integer> asked = new ArrayList<>();
        IntFunction<Evaluation.Answer> answers = i -> {
            asked.add(i);
            return Evaluation.answer(data.read(i), EvaluationTest::logits);
        };
        Evaluation.Report whole = Evaluation.run(data, EvaluationTest::logits, Parallelism.single(), n -> {});
        Optional<Evaluation.Report> first =
                Evaluation.run(4, answers, Parallelism.single(), n -> {}, () -> asked.size() == 4);
        assertEquals(whole.outcomes().subList(0, 4), first.orElseThrow().outcomes());
        assertEquals(List.of(0, 1, 2, 3), asked);
        assertEquals(
                Optional.empty(),
                Evaluation.run(9, answers, Parallelism.single(), n -> {}, () -> asked.size() == 4 + 3));
        assertEquals(List.of(0, 1, 2, 3, 0, 1, 2), asked);
    }

    @Test
    void shuffledSentencesLeaveTheirSamples() {
        Stripes data = new Stripes(9);
        ShuffledSentences shuffled = new ShuffledSentences(data, 4);
        for (int i = 0; i < 9; i++) {
            assertNotEquals(data.sentence(i), shuffled.sentence(i));
            Sample sample = shuffled.read(i);
            assertEquals(shuffled.sentence(i), sample.sentence());
            assertArrayEquals(data.read(i).mask().values(), sample.mask().values());
        }
        double straight = Evaluation.run(data, EvaluationTest::logits, Parallelism.single(), n -> {})
                .result()
                .overall()
                .meanIou();
        double mixed = Evaluation.run(shuffled, EvaluationTest::logits, Parallelism.single(), n -> {})
                .result()
                .overall()
                .meanIou();
        assertTrue(mixed < straight - 25, mixed + " of " + straight);
        assertThrows(DataException.class, () -> new ShuffledSentences(new Stripes(1), 4));
    }

    @Test
    void valuesThatAreNoNumbersAreNotBackground() {
        Evaluation.Predictor broken = (image, sentence) -> {
            Tensor t = logits(image, sentence);
            t.set(Double.NaN, 0, 1, 3, 3);
            return t;
        };
        String message = assertThrows(
                        DataException.class,
                        () -> Evaluation.run(new Stripes(2), broken, Parallelism.single(), n -> {}))
                .getMessage();
        assertTrue(message.contains("sample s0") && message.contains("not numbers"), message);
    }

    @Test
    void aTieIsBackgroundAndSoIsWhatIsNoNumber() {
        float[] values = {1, 2, 3, 4, 1, 3, 2, 4};
        assertArrayEquals(
                new byte[] {0, 1, 0, 0},
                Evaluation.argMax(Tensor.of(values, 1, 2, 2, 2)).values());
        float[] broken = {Float.NaN, 1, Float.NaN, 1, 2, Float.NaN, Float.NaN, 2};
        assertArrayEquals(
                new byte[] {0, 0, 0, 1},
                Evaluation.argMax(Tensor.of(broken, 1, 2, 2, 2)).values());
    }
}
