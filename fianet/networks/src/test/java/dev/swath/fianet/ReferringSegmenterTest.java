package dev.swath.fianet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.TapeListener;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.text.ExpressionException;
import dev.swath.kernels.Parallelism;
import dev.swath.weights.WeightsException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("one of its tests looks at the heap")
class ReferringSegmenterTest {
    private static RgbImage image(int width, int height, long seed) {
        return TinyModel.image(width, height, seed);
    }

    private static final int THREADS = 8;
    private static final int CALLS = 100;

    private static float[] logits(ReferringSegmenter segmenter, int i) {
        return segmenter
                .segment(image(70 + i, 90, i), "vehicle on the left")
                .logits()
                .toFloatArray();
    }

    /** Bytes of live objects. */
    private static long live() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    /**
     * Rounds of which one must leave nothing behind. A leak shows in each; arrays that kernels keep to lend again grow only until
     * all threads have met in every kernel, which they may do late on a busy machine.
     */
    private static final int ROUNDS = 6;

    @Test
    void eightThreadsGiveTheAnswersOfOneAndMemoryIsFlat(@TempDir Path folder) throws Exception {
        TinyModel.write(folder);
        List<float[]> expected = new ArrayList<>();
        try (Parallelism one = Parallelism.single();
                ReferringSegmenter single =
                        ReferringSegmenter.open(folder, TinyModel.options().withParallelism(one))) {
            for (int i = 0; i < 4; i++) {
                expected.add(logits(single, i));
            }
        }
        try (ReferringSegmenter segmenter = TinyModel.open(folder);
                ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
            long before = 0;
            long growth = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS && growth >= 1 << 20; round++) {
                List<Future<?>> calls = new ArrayList<>();
                for (int t = 0; t < THREADS; t++) {
                    int thread = t;
                    calls.add(pool.submit(() -> {
                        for (int n = 0; n < CALLS; n++) {
                            int i = (thread + n) % 4;
                            assertArrayEquals(expected.get(i), logits(segmenter, i));
                        }
                    }));
                }
                for (Future<?> call : calls) {
                    call.get();
                }
                long now = live();
                growth = round == 0 ? Long.MAX_VALUE : now - before;
                before = now;
            }
            assertTrue(growth < 1 << 20, "another " + THREADS * CALLS + " calls left " + growth + " bytes behind");
        }
    }

    @Test
    void aModelThatIsOpenedAgainAndAgainLeavesNothingBehind(@TempDir Path folder) throws IOException {
        TinyModel.write(folder);
        long before = 0;
        int threads = 0;
        for (int i = 0; i < 100; i++) {
            try (ReferringSegmenter segmenter = TinyModel.open(folder)) {
                segmenter.segment(image(64, 64, i), ReferringSegmenter.Tokens.of(segmenter.parse("the ship")));
            }
            if (i == 9) {
                before = live();
                threads = Thread.activeCount();
            }
        }
        long growth = live() - before;
        assertTrue(growth < 1 << 20, "90 models left " + growth + " bytes behind");
        assertTrue(Thread.activeCount() <= threads + 2, Thread.activeCount() + " threads after " + threads);
    }

    @Test
    void aCallersExecutorGivesTheSameAnswer(@TempDir Path folder) throws IOException {
        TinyModel.write(folder);
        AtomicInteger tasks = new AtomicInteger();
        try (ExecutorService pool = Executors.newFixedThreadPool(3);
                ReferringSegmenter own = TinyModel.open(folder)) {
            Parallelism callers = Parallelism.of(
                    task -> {
                        tasks.incrementAndGet();
                        pool.execute(task);
                    },
                    4);
            try (ReferringSegmenter theirs =
                    ReferringSegmenter.open(folder, TinyModel.options().withParallelism(callers))) {
                assertArrayEquals(logits(own, 1), logits(theirs, 1));
            }
            assertTrue(tasks.get() > 0, "the caller's executor was used");
            assertFalse(pool.isShutdown(), "it stays the caller's");
        }
    }

    @Test
    void rasterPlanesAndImageAreTheSame(@TempDir Path folder) throws IOException {
        TinyModel.write(folder);
        RgbImage noise = image(40, 30, 5);
        BufferedImage buffered = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
        float[][] planes = new float[3][40 * 30];
        for (int i = 0; i < 40 * 30; i++) {
            int rgb = 0;
            for (int c = 0; c < 3; c++) {
                int v = noise.rgb()[3 * i + c] & 0xff;
                rgb = rgb << 8 | v;
                planes[c][i] = v / 255f;
            }
            buffered.setRGB(i % 40, i / 40, rgb);
        }
        try (ReferringSegmenter segmenter = TinyModel.open(folder)) {
            float[] want = segmenter.segment(noise, "the ship").probability();
            assertArrayEquals(want, segmenter.segment(buffered, "the ship").probability());
            assertArrayEquals(
                    want, segmenter.segment(buffered.getRaster(), "the ship").probability());
            assertArrayEquals(
                    want, segmenter.segment(planes, 40, 30, "the ship").probability());
        }
    }

    @Test
    void progressGrowsToOneAndMayCancel(@TempDir Path folder) throws IOException {
        TinyModel.write(folder);
        try (ReferringSegmenter segmenter = TinyModel.open(folder)) {
            ReferringSegmenter.WarmUp warm = segmenter.warmUp();
            assertTrue(
                    warm.passes() == 2
                            && warm.first().isPositive()
                            && warm.last().isPositive(),
                    warm.toString());
            List<Double> seen = new ArrayList<>();
            float[] watched =
                    segmenter.segment(image(64, 64, 1), "the ship", seen::add).probability();
            // Two BERT layers, eight Swin blocks, four alignments, the multi-scale module, the decoder, the result.
            assertEquals(17, seen.size(), seen.toString());
            assertEquals(seen.stream().sorted().distinct().toList(), seen);
            assertEquals(1, seen.getLast());
            assertTrue(seen.getFirst() > 0);
            AtomicInteger calls = new AtomicInteger();
            CancelledException cancelled = assertThrows(
                    CancelledException.class,
                    () -> segmenter.segment(image(64, 64, 1), "the ship", fraction -> calls.incrementAndGet() < 8));
            assertEquals("[segment] the listener cancelled the call at 47 %", cancelled.getMessage());
            assertEquals(8, calls.get(), "a listener that has cancelled is left alone");
            assertArrayEquals(
                    watched, segmenter.segment(image(64, 64, 1), "the ship").probability());
        }
    }

    @Test
    void aListenerSeesModulesAndMayCancel(@TempDir Path folder) throws IOException {
        TinyModel.write(folder);
        try (ReferringSegmenter segmenter = TinyModel.open(folder)) {
            segmenter.warmUp();
            List<String> paths = new ArrayList<>();
            ReferringSegmenter.Tokens tokens = ReferringSegmenter.Tokens.of(segmenter.parse("the ship"));
            segmenter.segment(image(64, 64, 1), tokens, new TapeListener() {
                @Override
                public void onEnter(String path) {
                    paths.add(path);
                }
            });
            assertTrue(paths.stream().anyMatch(p -> p.startsWith("backbone.layers.2.")), paths.toString());
            assertThrows(
                    CancellationException.class,
                    () -> segmenter.segment(image(64, 64, 1), tokens, new TapeListener() {
                        @Override
                        public void onEnter(String path) {
                            if (path.contains("tmem")) {
                                throw new CancellationException();
                            }
                        }
                    }));
            assertEquals(
                    64 * 64, segmenter.segment(image(64, 64, 1), "the ship").mask().length);
        }
    }

    @Test
    void withoutATaggerTokensServeAndASentenceSaysWhatToAdd(@TempDir Path folder) throws IOException {
        TinyModel.write(folder);
        try (ReferringSegmenter segmenter = ReferringSegmenter.open(folder)) {
            String message = assertThrows(ExpressionException.class, () -> segmenter.parse("the ship"))
                    .getMessage();
            assertTrue(message.contains("add the artifact dev.swath:swath-fianet-opennlp"), message);
            long[] ones = {1, 1, 1};
            ReferringSegmenter.Tokens tokens = new ReferringSegmenter.Tokens(new long[] {2, 6, 3}, ones, ones, ones);
            assertEquals(64 * 64, segmenter.segment(image(64, 64, 1), tokens).mask().length);
        }
    }

    @Test
    void withoutTheBundledModelASentenceSaysWhatToAdd() {
        String message = assertThrows(WeightsException.class, ReferringSegmenter::bundled)
                .getMessage();
        assertTrue(message.contains("add the artifact dev.swath:swath-fianet-bundled"), message);
    }

    @Test
    void valuesThatAreNoNumbersAreRefused(@TempDir Path folder) throws IOException {
        TinyModel.write(folder, (name, value) -> {
            if (name.equals("classifier.conv1_1.bias")) {
                value.set(Double.NaN, 0);
            }
        });
        String message = assertThrows(WeightsException.class, () -> TinyModel.open(folder))
                .getMessage();
        assertTrue(message.contains("classifier.conv1_1.bias") && message.contains("not numbers"), message);
    }

    @Test
    void aVocabularyOfAnotherSizeIsRefused(@TempDir Path folder) throws IOException {
        TinyModel.write(folder);
        Files.write(folder.resolve("vocab.txt"), TinyModel.PIECES.subList(0, 9));
        String message = assertThrows(WeightsException.class, () -> TinyModel.open(folder))
                .getMessage();
        assertTrue(message.contains("9 pieces") && message.contains("13 rows"), message);
    }
}
