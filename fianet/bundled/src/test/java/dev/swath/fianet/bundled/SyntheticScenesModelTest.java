package dev.swath.fianet.bundled;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.BundledModel;
import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.image.RgbImage;
import org.junit.jupiter.api.Test;

class SyntheticScenesModelTest {
    @Test
    void theSegmenterOpensIt() {
        try (ReferringSegmenter segmenter = ReferringSegmenter.bundled()) {
            long[] ones = {1, 1, 1};
            ReferringSegmenter.Tokens tokens = new ReferringSegmenter.Tokens(new long[] {2, 9, 3}, ones, ones, ones);
            RgbImage image = new RgbImage(50, 40, new byte[3 * 50 * 40]);
            assertEquals(50 * 40, segmenter.segment(image, tokens).mask().length);
            assertEquals(
                    segmenter.network().config().limits().vocabulary(),
                    BundledModel.vocabulary().size());
        }
    }

    @Test
    void itsSettingsAreThere() {
        assertTrue(BundledModel.trainingSettings().contains("\"model\""));
        assertNull(new SyntheticScenesModel().open("nothing.txt"));
    }
}
