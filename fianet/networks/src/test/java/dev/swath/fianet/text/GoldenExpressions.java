package dev.swath.fianet.text;

import dev.swath.files.json.Json;
import dev.swath.testkit.Golden;
import dev.swath.tokenizer.Vocabulary;
import dev.swath.tokenizer.WordPieceTokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The sentences of the golden data with their words, tags, phrases and masks. */
public final class GoldenExpressions {
    private GoldenExpressions() {}

    /** The rows of the golden data. */
    public static List<Map<String, Object>> rows() {
        Map<String, Object> root =
                Json.parseObject(new String(Golden.resource("text_expressions", "case.json"), StandardCharsets.UTF_8));
        return Json.asList(root.get("rows"), "rows").stream()
                .map(r -> Json.asObject(r, "row"))
                .toList();
    }

    /** The texts of a row's list. */
    public static List<String> strings(Map<String, Object> row, String key) {
        return Json.asList(row.get(key), key).stream().map(String::valueOf).toList();
    }

    /** The numbers of a row's list. */
    public static long[] longs(Map<String, Object> row, String key) {
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

    /** A parser for a row's data set that knows the words of all rows. */
    public static ExpressionParser parser(Map<String, Object> row, PosTagger tagger, ExpressionParser.Mode mode) {
        DatasetVocabulary dataset =
                DatasetVocabulary.valueOf(String.valueOf(row.get("dataset")).toUpperCase(Locale.ROOT));
        return new ExpressionParser(tokenizer(), tagger, dataset, mode);
    }
}
