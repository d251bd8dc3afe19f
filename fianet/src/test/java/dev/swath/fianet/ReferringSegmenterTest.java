package dev.swath.fianet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.TapeListener;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.model.FiaNet;
import dev.swath.fianet.model.FiaNetConfig;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.weights.Safetensors;
import dev.swath.weights.WeightsException;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReferringSegmenterTest {
    private static final List<String> PIECES = List.of(
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "ship", "on", "lower", "right", "left", "vehicle",
            "road");

    private static FiaNetConfig config() {
        return new FiaNetConfig(
                new SwinConfig(16, List.of(2, 2, 2, 2), List.of(1, 2, 4, 8), 4, 4, 4, 0),
                new BertConfig(PIECES.size(), 32, 2, 1, 64, 32, 2, 0, 1e-12),
                List.of(1, 1, 1, 1),
                1,
                0,
                FiaNetConfig.Wiring.REFERENCE,
                FiaNetConfig.Ablation.NONE);
    }

    private static RgbImage image(int width, int height, long seed) {
        byte[] rgb = new byte[3 * width * height];
        new SplittableRandom(seed).nextBytes(rgb);
        return new RgbImage(width, height, rgb);
    }

    /** Writes a model folder with weights by seed. */
    private static Path model(Path folder, boolean broken) throws IOException {
        FiaNet network = new FiaNet(config());
        network.initialise(new RandomSource(7));
        StateDict weights = new StateDict();
        StateDict all = network.stateDict();
        for (String name : all.names()) {
            Tensor value = all.get(name);
            if (broken && name.equals("classifier.conv1_1.bias")) {
                value.set(Double.NaN, 0);
            }
            weights.put(name, value);
        }
        Safetensors.write(folder.resolve("model.safetensors"), weights, Map.of());
        Files.write(folder.resolve("vocab.txt"), PIECES);
        Files.writeString(folder.resolve("config.json"), "{\"image_size\": 96, \"bert\": {\"heads\": 1}}");
        return folder;
    }

    @Test
    void theReadmeExampleRuns(@TempDir Path folder) throws IOException {
        model(folder, false);
        File harbor = folder.resolve("harbor.png").toFile();
        ImageIO.write(new BufferedImage(120, 80, BufferedImage.TYPE_INT_RGB), "png", harbor);
        try (ReferringSegmenter segmenter = ReferringSegmenter.open(folder)) {
            BufferedImage image = ImageIO.read(harbor);
            SegmentationResult result = segmenter.segment(image, "the ship on the lower right");
            assertEquals(120 * 80, result.mask().length);
            assertTrue(result.area() >= 0 && result.score() <= 1);
        }
    }

    @Test
    void manyThreadsGiveTheAnswersOfOne(@TempDir Path folder) throws Exception {
        model(folder, false);
        try (ReferringSegmenter segmenter = ReferringSegmenter.open(folder);
                ExecutorService pool = Executors.newFixedThreadPool(8)) {
            List<float[]> expected = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                expected.add(segmenter
                        .segment(image(70 + i, 90, i), "vehicle on the left")
                        .logits()
                        .toFloatArray());
            }
            List<Future<?>> calls = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                int thread = t;
                calls.add(pool.submit(() -> {
                    for (int n = 0; n < 6; n++) {
                        int i = (thread + n) % 4;
                        assertArrayEquals(
                                expected.get(i),
                                segmenter
                                        .segment(image(70 + i, 90, i), "vehicle on the left")
                                        .logits()
                                        .toFloatArray());
                    }
                }));
            }
            for (Future<?> call : calls) {
                call.get();
            }
        }
    }

    @Test
    void aListenerSeesModulesAndMayCancel(@TempDir Path folder) throws IOException {
        model(folder, false);
        try (ReferringSegmenter segmenter = ReferringSegmenter.open(folder)) {
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
    void valuesThatAreNoNumbersAreRefused(@TempDir Path folder) throws IOException {
        model(folder, true);
        String message = assertThrows(WeightsException.class, () -> ReferringSegmenter.open(folder))
                .getMessage();
        assertTrue(message.contains("classifier.conv1_1.bias") && message.contains("not numbers"), message);
    }

    @Test
    void aVocabularyOfAnotherSizeIsRefused(@TempDir Path folder) throws IOException {
        model(folder, false);
        Files.write(folder.resolve("vocab.txt"), PIECES.subList(0, 9));
        String message = assertThrows(WeightsException.class, () -> ReferringSegmenter.open(folder))
                .getMessage();
        assertTrue(message.contains("9 pieces") && message.contains("13 rows"), message);
    }
}
