package dev.swath.fianet.pretrained;

import dev.swath.files.Quoted;
import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import dev.swath.weights.WeightsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@code tokenizer.json} of Hugging Face's tokenizers, as far as it describes a BERT: WordPiece after a BertNormalizer and a
 * BertPreTokenizer, with one piece before and one behind.
 */
final class TokenizerJson {
    static final String NAME = "tokenizer.json";
    private static final int MAX_ID = 4_000_000;
    private static final int LONGEST_WORD = 1000;

    private final Path file;
    private final Map<String, Object> root;
    private final Map<String, Object> model;
    private final Map<String, Object> normalizer;

    TokenizerJson(Path file, Map<String, Object> root) {
        this.file = file;
        this.root = root;
        this.model = Json.asObject(root.get("model"), "model");
        this.normalizer =
                root.get("normalizer") == null ? Map.of() : Json.asObject(root.get("normalizer"), "normalizer");
    }

    /** Throws, naming the part, if it is none of BERT's. */
    void requireBert() {
        require("model", model.get("type"), "WordPiece", model.containsKey("continuing_subword_prefix"));
        require("normalizer", normalizer.get("type"), "BertNormalizer", false);
        Map<String, Object> cutter = part("pre_tokenizer");
        require("pre_tokenizer", cutter.get("type"), "BertPreTokenizer", false);
        ends();
    }

    private void require(String part, @Nullable Object type, String wanted, boolean mayLack) {
        if (!(type == null && mayLack) && !wanted.equals(type)) {
            throw new WeightsException("[weights] " + Quoted.path(file) + ": the " + part + " must be " + wanted
                    + "; got " + (type instanceof String s ? Quoted.text(s) : "none"));
        }
    }

    private Map<String, Object> part(String name) {
        return root.get(name) == null ? Map.of() : Json.asObject(root.get(name), name);
    }

    /** The pieces before and behind a sentence. */
    private List<String> ends() {
        Map<String, Object> processor = part("post_processor");
        if ("BertProcessing".equals(processor.get("type"))) {
            return List.of(first(processor.get("cls"), "cls"), first(processor.get("sep"), "sep"));
        }
        require("post_processor", processor.get("type"), "TemplateProcessing", false);
        List<Object> single = Json.asList(processor.get("single"), "post_processor.single");
        if (single.size() == 3 && Json.asObject(single.get(1), "single").containsKey("Sequence")) {
            return List.of(special(single.getFirst()), special(single.getLast()));
        }
        throw new WeightsException("[weights] " + Quoted.path(file)
                + ": the post_processor must put one piece before a sentence and one behind it");
    }

    private static String first(@Nullable Object pair, String key) {
        List<Object> list = Json.asList(pair, key);
        return Json.asString(list.isEmpty() ? null : list.getFirst(), key);
    }

    private static String special(Object piece) {
        Map<String, Object> token = Json.asObject(Json.asObject(piece, "single").get("SpecialToken"), "SpecialToken");
        return Json.asString(token.get("id"), "SpecialToken.id");
    }

    String begin() {
        return ends().getFirst();
    }

    String end() {
        return ends().getLast();
    }

    String unknown() {
        return model.get("unk_token") == null ? "[UNK]" : Json.asString(model.get("unk_token"), "unk_token");
    }

    String prefix() {
        Object prefix = model.get("continuing_subword_prefix");
        return prefix == null ? "##" : Json.asString(prefix, "continuing_subword_prefix");
    }

    int longestWord() {
        Object most = model.get("max_input_chars_per_word");
        long n = most == null ? 100 : Json.asLong(most, "max_input_chars_per_word");
        if (n < 1 || n > LONGEST_WORD) {
            throw new JsonException(
                    "[config] 'max_input_chars_per_word' must lie in [1, " + LONGEST_WORD + "]; got " + n);
        }
        return (int) n;
    }

    /** A property of the normalizer. */
    boolean flag(String key, boolean fallback) {
        Object value = normalizer.get(key);
        return value == null ? fallback : BertTokenizerFiles.truth(key, value);
    }

    /** Whether accents are taken off, or null to go by the case. */
    @Nullable
    Object stripAccents() {
        return normalizer.get("strip_accents");
    }

    List<Object> added() {
        return root.get("added_tokens") == null ? List.of() : Json.asList(root.get("added_tokens"), "added_tokens");
    }

    /** The pieces by number; where a number has none it is empty. */
    List<String> pieces() {
        Map<String, Object> vocabulary = Json.asObject(model.get("vocab"), "model.vocab");
        int size = 0;
        for (Object id : vocabulary.values()) {
            size = Math.max(size, number(id) + 1);
        }
        String[] out = new String[size];
        Arrays.fill(out, "");
        vocabulary.forEach((piece, id) -> {
            if (!out[number(id)].isEmpty()) {
                throw new JsonException("[config] 'model.vocab' has two pieces of the number " + number(id));
            }
            out[number(id)] = piece;
        });
        return new ArrayList<>(Arrays.asList(out));
    }

    private static int number(@Nullable Object id) {
        long n = Json.asLong(id, "the number of a piece");
        if (n < 0 || n >= MAX_ID) {
            throw new JsonException("[config] the number of a piece must lie in [0, " + MAX_ID + "); got " + n);
        }
        return (int) n;
    }

    /** Whether it has these pieces under these numbers, as far as the shorter of the two goes. */
    boolean agreesWith(List<String> lines) {
        Map<String, Object> vocabulary = Json.asObject(model.get("vocab"), "model.vocab");
        for (Map.Entry<String, Object> e : vocabulary.entrySet()) {
            int id = number(e.getValue());
            if (id < lines.size() && !lines.get(id).equals(e.getKey())) {
                return false;
            }
        }
        return true;
    }
}
