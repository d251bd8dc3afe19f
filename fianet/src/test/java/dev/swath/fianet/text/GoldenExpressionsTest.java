package dev.swath.fianet.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.testkit.Golden;
import dev.swath.tokenizer.Vocabulary;
import dev.swath.tokenizer.WordPieceTokenizer;
import dev.swath.weights.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GoldenExpressionsTest {
    private static final PosTagger NO_TAGGER = words -> {
        throw new AssertionError("tags are given");
    };

    private static List<Map<String, Object>> rows() {
        Map<String, Object> root =
                Json.parseObject(new String(Golden.resource("text_expressions", "case.json"), StandardCharsets.UTF_8));
        return Json.asList(root.get("rows"), "rows").stream()
                .map(r -> Json.asObject(r, "row"))
                .toList();
    }

    private static List<String> strings(Map<String, Object> row, String key) {
        return Json.asList(row.get(key), key).stream().map(String::valueOf).toList();
    }

    private static long[] longs(Map<String, Object> row, String key) {
        return Json.asList(row.get(key), key).stream()
                .mapToLong(v -> Json.asLong(v, key))
                .toArray();
    }

    /** Every word of the rows as one piece, except what the punctuation rules split. */
    private static WordPieceTokenizer tokenizer() {
        List<String> pieces = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "-"));
        for (Map<String, Object> row : rows()) {
            for (String w : strings(row, "words")) {
                for (String part : w.toLowerCase(Locale.ROOT).split("-")) {
                    if (!pieces.contains(part)) {
                        pieces.add(part);
                    }
                }
            }
        }
        return new WordPieceTokenizer(Vocabulary.of(pieces));
    }

    private static ExpressionParser parser(Map<String, Object> row, PosTagger tagger, ExpressionParser.Mode mode) {
        DatasetVocabulary dataset =
                DatasetVocabulary.valueOf(String.valueOf(row.get("dataset")).toUpperCase(Locale.ROOT));
        return new ExpressionParser(tokenizer(), tagger, dataset, mode);
    }

    @Test
    void wordsPhrasesAndMasksEqualTheReference() {
        int checked = 0;
        for (Map<String, Object> row : rows()) {
            String sentence = String.valueOf(row.get("sentence"));
            List<Word> words = WordTokenizer.words(sentence);
            assertEquals(strings(row, "words"), words.stream().map(Word::text).toList(), sentence);
            ParsedExpression p = parser(row, NO_TAGGER, ExpressionParser.Mode.REFERENCE)
                    .parse(sentence, words, strings(row, "tags"));
            assertEquals(strings(row, "phrases"), p.phrases(), sentence);
            if (!sentence.contains("-")) {
                // The case counts a hyphenated word as one piece; WordPiece makes three of it.
                assertArrayEquals(longs(row, "attention_mask"), p.encoding().mask(), sentence);
            }
            assertArrayEquals(longs(row, "object_mask"), p.objectMask(), sentence);
            assertArrayEquals(longs(row, "position_mask"), p.positionMask(), sentence);
            checked++;
        }
        assertEquals(43, checked);
    }

    /** The tags in the golden data are made by hand; what counts is how often the position mask comes out the same. */
    @Test
    void theBuiltInTaggerGivesTheSamePositionsForMostSentences() {
        OpenNlpTagger tagger = new OpenNlpTagger();
        List<String> others = new ArrayList<>();
        for (Map<String, Object> row : rows()) {
            String sentence = String.valueOf(row.get("sentence"));
            if (!sentence.isEmpty()) {
                ParsedExpression p =
                        parser(row, tagger, ExpressionParser.Mode.REFERENCE).parse(sentence);
                if (!Arrays.equals(longs(row, "position_mask"), p.positionMask())) {
                    others.add(sentence + " " + p.tags());
                }
            }
        }
        assertTrue(others.size() <= 6, others.size() + " of 42 differ: " + others);
    }

    @Test
    void alignedModeMarksPiecesOfTheWordsMeant() {
        Map<String, Object> row = rows().stream()
                .filter(r -> r.get("sentence").equals("light-duty vehicle driving on the road"))
                .findFirst()
                .orElseThrow();
        ParsedExpression p = parser(row, words -> strings(row, "tags"), ExpressionParser.Mode.ALIGNED)
                .parse("light-duty vehicle driving on the road");
        // [CLS] light - duty vehicle driving on the road [SEP]
        assertArrayEquals(new long[] {0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, p.objectMask());
        assertArrayEquals(new long[] {0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, p.positionMask());
    }

    @Test
    void anEmptySentenceIsRefused() {
        assertTrue(assertThrows(ExpressionException.class, () -> parser(
                                rows().getFirst(), NO_TAGGER, ExpressionParser.Mode.REFERENCE)
                        .parse(" \n"))
                .getMessage()
                .contains("at least one word"));
    }
}
