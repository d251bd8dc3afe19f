package dev.swath.fianet.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.image.PillowResize;
import dev.swath.fianet.image.Preprocessor;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.fianet.text.ExpressionParser;
import dev.swath.tokenizer.Vocabulary;
import dev.swath.tokenizer.WordPieceTokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchLoaderTest {
    private static final int SIZE = 24;

    /** Noise images by number, some of them slow to read; triplet {@code broken} cannot be read. */
    private record Noise(int size, int broken) implements ReferringDataset {
        @Override
        public DatasetVocabulary vocabulary() {
            return DatasetVocabulary.RRSISD;
        }

        @Override
        public Split split() {
            return Split.TRAIN;
        }

        @Override
        public String sentence(int i) {
            return "The ship on the " + (i % 2 == 0 ? "left" : "right");
        }

        @Override
        public String category(int i) {
            return "ship";
        }

        @Override
        public Sample read(int i) {
            if (i == broken) {
                throw new DataException("[data] triplet " + i + " is broken");
            }
            LockSupport.parkNanos(i % 3 == 0 ? 2_000_000 : 0); // with several threads, later ones are then done first
            byte[] rgb = new byte[3 * 40 * 36];
            new SplittableRandom(i).nextBytes(rgb);
            byte[] mask = new byte[40 * 36];
            for (int p = 0; p < mask.length; p++) {
                mask[p] = (byte) (rgb[p] & 1);
            }
            return new Sample("n" + i, new RgbImage(40, 36, rgb), sentence(i), new Mask(40, 36, mask), "ship");
        }

        /** One of two sentences, as RRSIS-D draws them. */
        @Override
        public Sample read(int i, SplittableRandom random) {
            Sample s = read(i);
            String sentence = random.nextBoolean() ? s.sentence() : "ship";
            return new Sample(s.id(), s.image(), sentence, s.mask(), s.category());
        }

        @Override
        public String fingerprint() {
            return "noise" + size;
        }

        @Override
        public void close() {}
    }

    private static SampleEncoder encoder() {
        Vocabulary vocabulary = Vocabulary.of(
                List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "ship", "on", "left", "right"));
        ExpressionParser parser = new ExpressionParser(
                new WordPieceTokenizer(vocabulary),
                words -> words.stream()
                        .map(w -> w.equals("on") ? "IN" : w.equalsIgnoreCase("the") ? "DT" : "NN")
                        .toList(),
                DatasetVocabulary.RRSISD,
                ExpressionParser.Mode.REFERENCE);
        return new SampleEncoder(parser, Preprocessor.imageNet(SIZE));
    }

    private static List<Batch> all(ReferringDataset data, BatchLoader.Options options) {
        List<Batch> out = new ArrayList<>();
        try (BatchLoader loader = new BatchLoader(data, encoder(), options)) {
            loader.forEachRemaining(out::add);
        }
        return out;
    }

    private static void assertSame(Batch want, Batch got) {
        assertEquals(want.samples(), got.samples());
        assertEquals(want.sentences(), got.sentences());
        assertArrayEquals(want.image().toFloatArray(), got.image().toFloatArray());
        assertArrayEquals(want.ids().toLongArray(), got.ids().toLongArray());
        assertArrayEquals(want.context().toFloatArray(), got.context().toFloatArray());
        assertArrayEquals(want.object().toFloatArray(), got.object().toFloatArray());
        assertArrayEquals(want.position().toFloatArray(), got.position().toFloatArray());
        assertArrayEquals(want.target().toLongArray(), got.target().toLongArray());
    }

    @Test
    void aBatchHoldsWhatTheNetworkTakes() {
        Noise data = new Noise(5, -1);
        BatchLoader.Options inOrder = new BatchLoader.Options(3, 1, 0, 0, false, false, List.of(), 1);
        List<Batch> batches = all(data, inOrder);
        assertEquals(2, batches.size());
        Batch b = batches.get(1);
        assertEquals(List.of("n3", "n4"), b.samples());
        assertEquals("The ship on the left", b.sentences().get(1));
        assertArrayEquals(new int[] {2, SIZE, SIZE, 3}, b.image().shape().dims());
        assertArrayEquals(new int[] {2, 22}, b.ids().shape().dims());
        Sample fourth = data.read(4);
        float[] image = Preprocessor.imageNet(SIZE).apply(fourth.image()).toFloatArray();
        float[] got = b.image().toFloatArray();
        assertArrayEquals(image, Arrays.copyOfRange(got, image.length, 2 * image.length));
        byte[] mask = PillowResize.nearest(fourth.mask().values(), 40, 36, SIZE, SIZE);
        long[] target = b.target().toLongArray();
        for (int i = 0; i < mask.length; i++) {
            assertEquals(mask[i], target[mask.length + i]);
        }
        assertArrayEquals(mask, b.mask(1).values());
        assertArrayEquals(
                PillowResize.bilinear(fourth.image(), SIZE, SIZE).rgb(),
                encoder().image(b, 1).rgb());
        // [CLS] the ship on the left [SEP]
        long[] ids = Arrays.copyOfRange(b.ids().toLongArray(), 22, 44);
        assertArrayEquals(new long[] {2, 5, 6, 7, 5, 8, 3}, Arrays.copyOf(ids, 7));
        float[] context = Arrays.copyOfRange(b.context().toFloatArray(), 22, 30);
        assertArrayEquals(new float[] {1, 1, 1, 1, 1, 1, 1, 0}, context);
        float[] object = Arrays.copyOfRange(b.object().toFloatArray(), 22, 29);
        assertArrayEquals(new float[] {0, 0, 1, 0, 0, 0, 0}, object);
        float[] position = Arrays.copyOfRange(b.position().toFloatArray(), 22, 29);
        assertArrayEquals(new float[] {0, 0, 0, 1, 1, 1, 0}, position);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 1000})
    void anyNumberOfThreadsGivesTheSameBatches(int threads) {
        Noise data = new Noise(23, -1);
        BatchLoader.Options one = BatchLoader.Options.training(4, 2401, 3)
                .withAugmentations(List.of(new BlackSquares(23, 2401), new TurnAndFlip()))
                .withThreads(1);
        List<Batch> want = all(data, one);
        List<Batch> got = all(data, one.withThreads(threads));
        assertEquals(5, want.size(), "the last, partial batch is left out");
        assertEquals(want.size(), got.size());
        for (int i = 0; i < want.size(); i++) {
            assertSame(want.get(i), got.get(i));
        }
    }

    @Test
    void anEpochHoldsEachSampleOnceInItsOwnOrder() {
        Noise data = new Noise(30, -1);
        List<List<String>> orders = new ArrayList<>();
        for (int epoch = 0; epoch < 2; epoch++) {
            List<String> order = all(data, BatchLoader.Options.training(5, 7, epoch)).stream()
                    .flatMap(b -> b.samples().stream())
                    .toList();
            orders.add(order);
            assertEquals(
                    IntStream.range(0, 30).mapToObj(i -> "n" + i).sorted().toList(),
                    order.stream().sorted().toList());
        }
        assertNotEquals(orders.get(0), orders.get(1));
    }

    @Test
    void ordersAreUniform() {
        int[][] counts = new int[4][4];
        for (int seed = 0; seed < 4000; seed++) {
            int[] order = Order.ofEpoch(4, seed, 0);
            for (int i = 0; i < 4; i++) {
                counts[i][order[i]]++;
            }
        }
        for (int[] row : counts) {
            for (int c : row) {
                assertTrue(Math.abs(c - 1000) < 150, Arrays.deepToString(counts)); // five standard deviations are 137
            }
        }
    }

    @Test
    void aLaterFirstStepContinuesTheEpoch() {
        Noise data = new Noise(20, -1);
        BatchLoader.Options options =
                BatchLoader.Options.training(4, 9, 1).withAugmentations(List.of(new TurnAndFlip()));
        List<Batch> whole = all(data, options);
        List<Batch> rest = all(data, options.withFirstStep(3));
        assertEquals(2, rest.size());
        assertSame(whole.get(3), rest.get(0));
        assertSame(whole.get(4), rest.get(1));
        assertEquals(List.of(), all(data, options.withFirstStep(5)));
    }

    /** A pool tells its end a moment before its last thread is gone. */
    private static void assertThreadsEnd() throws InterruptedException {
        for (Thread t : Thread.getAllStackTraces().keySet()) {
            if (t.getName().startsWith("swath-loader-")) {
                t.join(5000);
                assertFalse(t.isAlive(), t.getName());
            }
        }
    }

    @Test
    void theSamplesErrorSurfacesAndThreadsEnd() throws InterruptedException {
        BatchLoader.Options inOrder = new BatchLoader.Options(2, 1, 0, 0, false, true, List.of(), 3);
        try (BatchLoader loader = new BatchLoader(new Noise(10, 5), encoder(), inOrder)) {
            loader.next();
            loader.next();
            assertEquals(2, loader.step());
            DataException e = assertThrows(DataException.class, loader::next);
            assertEquals("[data] triplet 5 is broken", e.getMessage());
        }
        assertThreadsEnd();
    }

    @Test
    void closingInTheMiddleEndsTheThreads() throws InterruptedException {
        BatchLoader loader = new BatchLoader(new Noise(100, -1), encoder(), BatchLoader.Options.training(2, 1, 0));
        loader.next();
        loader.close();
        assertFalse(loader.hasNext());
        assertThrows(NoSuchElementException.class, loader::next);
        assertThreadsEnd();
    }

    @Test
    void aSplitWithoutAWholeBatchIsRefused() {
        String message = assertThrows(
                        DataException.class,
                        () -> new BatchLoader(new Noise(3, -1), encoder(), BatchLoader.Options.training(4, 1, 0)))
                .getMessage();
        assertTrue(message.contains("at least one batch of 4 samples; it has 3"), message);
    }

    @Test
    void blackSquaresAreThePublishedOnes() {
        BlackSquares squares = new BlackSquares(103, 5);
        long chosen = IntStream.range(0, 103).filter(squares::isChosen).count();
        assertEquals(20, chosen);
        int index =
                IntStream.range(0, 103).filter(squares::isChosen).findFirst().orElseThrow();
        byte[] white = new byte[3 * 800 * 800];
        Arrays.fill(white, (byte) 255);
        Sample sample = new Sample("w", new RgbImage(800, 800, white), "a ship", new Mask(1, 1, new byte[1]), "ship");
        Sample black = squares.apply(sample, index, new SplittableRandom(1));
        int count = 0;
        for (byte b : black.image().rgb()) {
            count += b == 0 ? 1 : 0;
        }
        assertTrue(count % 3 == 0 && count > 3 * 32 * 32 * 10 && count <= 3 * 32 * 32 * 60, "black bytes: " + count);
        assertEquals(sample.mask(), black.mask());
        assertEquals(0, Collections.frequency(bytes(white), (byte) 0), "the given image is left as it was");
        int other = IntStream.range(0, 103)
                .filter(i -> !squares.isChosen(i))
                .findFirst()
                .orElseThrow();
        assertEquals(sample, squares.apply(sample, other, new SplittableRandom(1)));
    }

    private static List<Byte> bytes(byte[] array) {
        List<Byte> out = new ArrayList<>();
        for (byte b : array) {
            out.add(b);
        }
        return out;
    }
}
