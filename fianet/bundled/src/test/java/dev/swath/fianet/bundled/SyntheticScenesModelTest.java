package dev.swath.fianet.bundled;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.BundledModel;
import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.text.ParsedExpression;
import java.util.List;
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

    /** By the tagger that is beside it in a program, whose tags decide what is object and what is position. */
    @Test
    void sentencesAreParsedForIt() {
        try (ReferringSegmenter segmenter = ReferringSegmenter.bundled()) {
            ParsedExpression parsed = segmenter.parse("the large ship on the lower right");
            assertEquals(List.of("DT", "JJ", "NN", "IN", "DT", "JJR", "NN"), parsed.tags());
            assertEquals(List.of("on the lower right"), parsed.phrases());
            assertEquals(List.of("ship"), parsed.classes());
            assertFalse(parsed.knowsNoWord());
        }
    }

    @Test
    void itsSettingsAreThere() {
        assertTrue(BundledModel.trainingSettings().contains("\"model\""));
        assertNull(new SyntheticScenesModel().open("nothing.txt"));
    }
}
