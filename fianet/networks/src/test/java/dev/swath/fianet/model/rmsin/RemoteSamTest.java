package dev.swath.fianet.model.rmsin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.autograd.RandomSource;
import dev.swath.fianet.OpenedFile;
import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.SegmentationResult;
import dev.swath.fianet.TinyModel;
import dev.swath.fianet.model.parts.CrossScaleConfig;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoteSamTest {
    @TempDir
    Path folder;

    /** Its grid, with patches of one pixel, so that its images are small. */
    private static RmsinConfig config() {
        TrunkConfig trunk = new TrunkConfig(
                new SwinConfig(16, List.of(1, 1, 1, 1), List.of(1, 1, 1, 1), 7, 1, 1, 0),
                new BertConfig(TinyModel.PIECES.size(), 16, 1, 1, 16, 20, 1, 0, 1e-12));
        return new RmsinConfig(
                RmsinConfig.REMOTESAM, trunk, new CrossScaleConfig(RmsinConfig.REMOTESAM_SIDE, 1, 4), 0.2);
    }

    @Test
    void itIsKnownByItsGridAsksForClassesAndEnlargesWithoutSmoothing() throws IOException {
        Rmsin network = config().create();
        network.initialise(new RandomSource(5));
        Safetensors.write(folder.resolve("model.safetensors"), network.stateDict(), Map.of());
        Files.write(folder.resolve("vocab.txt"), TinyModel.PIECES);
        Files.writeString(folder.resolve("config.json"), "{\"bert\": {\"heads\": 1}, \"cim\": {\"heads\": 1}}");
        int width = 301;
        int height = 97;
        try (ReferringSegmenter segmenter = TinyModel.open(folder)) {
            assertEquals("remotesam", segmenter.network().config().network());
            assertEquals(
                    segmenter.parse("ship in the image").encoding().pieces(),
                    segmenter.parse("ship").encoding().pieces());
            SegmentationResult result = segmenter.segment(TinyModel.image(width, height, 3), "ship");
            int size = 224;
            float[] logits = result.logits().toFloatArray();
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    int cell = y * size / height * size + x * size / width;
                    float p = (float) (1 / (1 + Math.exp((double) logits[cell] - logits[size * size + cell])));
                    assertEquals(p, result.probability()[y * width + x]);
                    assertEquals(p > 0.5f, result.mask()[y * width + x]);
                }
            }
        }
    }

    /** With another grid its configuration alone tells it from RMSIN. */
    @Test
    void forAnotherGridItIsWhatItsConfigurationSays() throws IOException {
        Rmsin network =
                new RmsinConfig(RmsinConfig.REMOTESAM, config().trunk(), new CrossScaleConfig(2, 1, 4), 0.2).create();
        network.initialise(new RandomSource(5));
        Path file = folder.resolve("other.safetensors");
        Safetensors.write(file, network.stateDict(), Map.of());
        String heads = "\"bert\": {\"heads\": 1}, \"cim\": {\"heads\": 1}";
        assertEquals(
                "rmsin",
                OpenedFile.of(file, "{" + heads + "}").network().config().network());
        OpenedFile opened = OpenedFile.of(file, "{\"network\": \"remotesam\", " + heads + "}");
        assertEquals("remotesam", opened.network().config().network());
        assertEquals(16, opened.imageSize());
    }
}
