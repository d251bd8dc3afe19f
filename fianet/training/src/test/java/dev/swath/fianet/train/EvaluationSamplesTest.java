package dev.swath.fianet.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.data.Mask;
import dev.swath.fianet.data.ReferringDataset;
import dev.swath.fianet.data.Sample;
import dev.swath.fianet.data.Split;
import dev.swath.fianet.draw.Png;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.metrics.Evaluation;
import dev.swath.fianet.metrics.Scores;
import dev.swath.files.json.Json;
import dev.swath.kernels.Parallelism;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluationSamplesTest {
    private static final int SIDE = 36;
    private static final int GAP = 4;

    @TempDir
    private Path folder;

    /** A picture in an event file. */
    private record Event(long step, String tag, BufferedImage picture) {}

    private static List<Event> pictures(Path out) throws IOException {
        List<Event> found = new ArrayList<>();
        for (byte[] record : EventFile.records(out.resolve("tensorboard"))) {
            Map<Integer, Object> event = EventFile.fields(record);
            Map<Integer, Object> value = event.containsKey(5) ? EventFile.inner(event, 5, 1) : Map.of();
            if (value.containsKey(4)) {
                Map<Integer, Object> image = EventFile.inner(value, 4);
                BufferedImage picture = ImageIO.read(new ByteArrayInputStream((byte[]) image.get(4)));
                assertEquals((long) picture.getHeight(), image.get(1));
                assertEquals((long) picture.getWidth(), image.get(2));
                found.add(new Event((long) event.get(2), EventFile.text(value.get(1)), picture));
            }
        }
        return found;
    }

    private static boolean shows(BufferedImage picture, int x, int y, RgbImage image, int pixel) {
        int rgb = picture.getRGB(x + pixel % SIDE, y + pixel / SIDE);
        byte[] want = image.rgb();
        return (byte) (rgb >> 16) == want[3 * pixel]
                && (byte) (rgb >> 8) == want[3 * pixel + 1]
                && (byte) rgb == want[3 * pixel + 2];
    }

    /** The lines at which the image stands in the first column. */
    private static List<Integer> rowsOf(BufferedImage picture, RgbImage image) {
        List<Integer> rows = new ArrayList<>();
        for (int y = 0; y <= picture.getHeight() - SIDE; y++) {
            int pixel = 0;
            while (pixel < SIDE * SIDE && shows(picture, 0, y, image, pixel)) {
                pixel++;
            }
            if (pixel == SIDE * SIDE) {
                rows.add(y);
            }
        }
        return rows;
    }

    /** The pixels of a column's picture that are not the image's own. */
    private static byte[] coloured(BufferedImage picture, int column, int row, RgbImage image) {
        byte[] mask = new byte[SIDE * SIDE];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = (byte) (shows(picture, column * (SIDE + GAP), row, image, i) ? 0 : 1);
        }
        return mask;
    }

    private Path train(ReferringDataset selection, String more) {
        Path out = folder.resolve("run");
        TrainingRun.Options o = TinyRun.options(out, TinyRun.config(more), false, Long.MAX_VALUE, Parallelism.single());
        TrainingData data = new TrainingData(o.data().train(), selection);
        try (TrainingRun run = TrainingRun.open(new TrainingRun.Options(
                out,
                o.config(),
                data,
                o.vocabulary(),
                o.origin(),
                false,
                o.maxSteps(),
                o.backend(),
                o.parallelism(),
                o.loaderThreads(),
                Map.of()))) {
            run.run(List.of());
        }
        return out;
    }

    @ParameterizedTest
    @CsvSource({"VAL, 2, 0, 2", "VAL, 6, 3, 3", "TEST, 6, 0, 4"})
    void eachEvaluationShowsItsFirstSamples(Split split, int size, int limit, int shown) throws IOException {
        ReferringDataset data = new TinyRun.Squares(split, size);
        Path out = train(
                data,
                "{\"evaluation\": {\"select_on\": \"" + split.key() + "\", \"limit\": " + limit
                        + "}, \"epochs\": 10, \"optimizer\": {\"learning_rate\": 0.01}}");
        List<Event> events = pictures(out);
        assertEquals(
                List.of(4L, 8L, 12L, 16L, 20L, 24L, 28L, 32L, 36L, 40L),
                events.stream().map(Event::step).toList());
        int predicted = 0;
        Evaluation.Report report;
        try (ReferringSegmenter segmenter = ReferringSegmenter.open(out.resolve("last"))) {
            Evaluation.Predictor predictor = Evaluation.Predictor.of(segmenter);
            int samples = limit == 0 ? size : limit;
            report = Evaluation.run(
                            samples,
                            i -> Evaluation.answer(data.read(i), predictor),
                            Parallelism.single(),
                            n -> {},
                            () -> false)
                    .orElseThrow();
            for (Event event : events) {
                assertEquals(split.key() + "/samples", event.tag());
                assertEquals(3 * SIDE + 2 * GAP, event.picture().getWidth());
                int above = -1;
                for (int i = 0; i < size; i++) {
                    Sample sample = data.read(i);
                    List<Integer> rows = rowsOf(event.picture(), sample.image());
                    assertEquals(i < shown ? 1 : 0, rows.size(), "sample " + i);
                    if (i < shown) {
                        int row = rows.getFirst();
                        assertTrue(row > above, "in the order of the split");
                        above = row;
                        assertArrayEquals(sample.mask().values(), coloured(event.picture(), 1, row, sample.image()));
                        if (event.equals(events.getLast())) { // whose weights are those of 'last'
                            Mask answer = Evaluation.answer(sample, predictor).prediction();
                            assertArrayEquals(answer.values(), coloured(event.picture(), 2, row, sample.image()));
                            predicted += answer.area();
                        }
                    }
                }
            }
        }
        assertTrue(predicted > 0, "the network answers something, or nothing is compared");
        Scores scores = report.result().overall();
        List<String> lines = Files.readAllLines(out.resolve("metrics.jsonl"));
        Map<String, Object> last = Json.parseObject(lines.getLast());
        assertEquals(scores.meanIou(), Json.asDouble(last.get("mIoU"), "mIoU"), 1e-9);
        assertEquals(scores.overallIou(), Json.asDouble(last.get("oIoU"), "oIoU"), 1e-9);
    }

    @Test
    void anEvaluationThatIsNotDueShowsNothing() throws IOException {
        Path out = train(new TinyRun.Squares(Split.VAL, 2), "{\"epochs\": 3, \"evaluation\": {\"every_epochs\": 2}}");
        assertEquals(List.of(8L, 12L), pictures(out).stream().map(Event::step).toList());
    }

    @Test
    void largePicturesAreMadeSmaller() throws IOException {
        EvaluationSamples samples = new EvaluationSamples();
        int side = 480;
        byte[] rgb = new byte[3 * side * side];
        Mask left = half(side, true);
        for (int i = 0; i < EvaluationSamples.MOST; i++) {
            assertFalse(samples.full());
            samples.add(
                    new RgbImage(side, side, rgb),
                    new Evaluation.Answer("a", "the road ".repeat(40).strip(), "road", half(side, false), left));
        }
        assertTrue(samples.full());
        Png png = samples.picture();
        assertEquals(3 * EvaluationSamples.SIDE + 2 * GAP, png.width());
        assertTrue(png.height() < EvaluationSamples.MOST * 2 * EvaluationSamples.SIDE, "height " + png.height());
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(png.bytes()));
        int second = EvaluationSamples.SIDE + GAP;
        assertTrue(red(picture, second + 20) && !red(picture, second + 140), "the truth is at the left");
        int third = 2 * second;
        assertTrue(!red(picture, third + 20) && red(picture, third + 140), "the prediction is at the right");
        samples.clear();
        assertFalse(samples.full());
    }

    private static boolean red(BufferedImage picture, int x) {
        return (picture.getRGB(x, 80) >> 16 & 0xff) > 60;
    }

    private static Mask half(int side, boolean left) {
        byte[] values = new byte[side * side];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) (i % side < side / 2 == left ? 1 : 0);
        }
        return new Mask(side, side, values);
    }
}
