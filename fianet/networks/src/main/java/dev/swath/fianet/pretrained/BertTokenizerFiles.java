package dev.swath.fianet.pretrained;

import dev.swath.files.Counted;
import dev.swath.files.Quoted;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import dev.swath.tokenizer.SpecialPieces;
import dev.swath.tokenizer.TokenizerException;
import dev.swath.tokenizer.Vocabulary;
import dev.swath.tokenizer.WordPieceOptions;
import dev.swath.tokenizer.WordPieceTokenizer;
import dev.swath.weights.WeightsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizer of a BERT folder: pieces from {@code vocab.txt} or {@code tokenizer.json}, and every setting that changes ids from
 * {@code tokenizer_config.json}, {@code special_tokens_map.json} and {@code tokenizer.json}. What is set there and cannot be followed
 * is an error, never left aside.
 */
final class BertTokenizerFiles {
    private static final String CONFIG = "tokenizer_config.json";
    private static final String MAP = "special_tokens_map.json";
    private static final String ADDED = "added_tokens.json";

    /** What must not be false for text in lower case, without accents: in tokenizer_config.json, and in the normalizer of tokenizer.json. */
    private static final Map<String, String> UNCASED = Map.of(
            "do_lower_case", "lowercase",
            "strip_accents", "strip_accents",
            "tokenize_chinese_chars", "handle_chinese_chars",
            "do_basic_tokenize", "");

    private static final Set<String> CLASSES = Set.of(
            "BertTokenizer",
            "BertTokenizerFast",
            "DistilBertTokenizer",
            "DistilBertTokenizerFast",
            "ElectraTokenizer",
            "ElectraTokenizerFast",
            "PreTrainedTokenizerFast",
            "TokenizersBackend");

    private final Path folder;
    private final Map<String, Object> config;
    private final Map<String, Object> names;
    private final @Nullable TokenizerJson whole;

    private BertTokenizerFiles(Path folder) {
        this.folder = folder;
        this.config = optional(CONFIG);
        this.names = optional(MAP);
        Path file = folder.resolve(TokenizerJson.NAME);
        this.whole = Files.exists(file) ? new TokenizerJson(file, Fields.read(file)) : null;
    }

    /**
     * Reads them.
     *
     * @param rows of the word table: as many pieces as that or fewer, for tables are padded
     */
    static WordPieceTokenizer read(Path folder, int rows) {
        try {
            return new BertTokenizerFiles(folder).tokenizer(rows);
        } catch (JsonException e) {
            throw new WeightsException(
                    "[weights] the tokenizer in " + Quoted.path(folder) + " cannot be read: " + e.getMessage());
        }
    }

    /** Throws, naming the key, if the folder's words are not cut as those of the referring networks are: in lower case, without accents. */
    static void requireUncased(Path folder) {
        try {
            BertTokenizerFiles files = new BertTokenizerFiles(folder);
            UNCASED.forEach(files::requireNotFalse);
        } catch (JsonException e) {
            throw new WeightsException(e.getMessage());
        }
    }

    /** Throws if tokenizer_config.json turns a property off, or leaves it to tokenizer.json, which does. */
    private void requireNotFalse(String key, String normalizers) {
        boolean own = config.get(key) != null;
        boolean off = own
                ? config.get(key).equals(false)
                : whole != null && !normalizers.isEmpty() && !whole.flag(normalizers, true);
        if (off) {
            throw new WeightsException(
                    "[weights] " + Quoted.path(folder.resolve(own ? CONFIG : TokenizerJson.NAME))
                            + ": " + (own ? key : normalizers)
                            + " is false, but referring networks read sentences in lower case, without accents; give an uncased BERT");
        }
    }

    private Map<String, Object> optional(String name) {
        Path file = folder.resolve(name);
        return Files.exists(file) ? Fields.read(file) : Map.of();
    }

    private WordPieceTokenizer tokenizer(int rows) {
        requireKnownClass();
        if (whole != null) {
            whole.requireBert();
        }
        SpecialPieces special = new SpecialPieces(
                special("pad_token", Vocabulary.PAD),
                special("unk_token", whole == null ? Vocabulary.UNKNOWN : whole.unknown()),
                special("cls_token", whole == null ? Vocabulary.CLS : whole.begin()),
                special("sep_token", whole == null ? Vocabulary.SEP : whole.end()),
                special("mask_token", Vocabulary.MASK));
        boolean lower = flag("do_lower_case", whole == null || whole.flag("lowercase", true));
        Set<String> literals = new LinkedHashSet<>(
                List.of(special.padding(), special.unknown(), special.begin(), special.end(), special.mask()));
        AddedPieces added = new AddedPieces(folder, lower);
        added.decoder(Json.asObject(config.getOrDefault("added_tokens_decoder", Map.of()), "added_tokens_decoder"));
        if (whole != null) {
            added.list(whole.added());
        }
        added.plain(optional(ADDED));
        List<String> pieces = added.into(pieces(), literals, rows);
        Path file = folder.resolve(Files.exists(folder.resolve("vocab.txt")) ? "vocab.txt" : TokenizerJson.NAME);
        if (pieces.size() > rows) {
            throw new WeightsException("[weights] " + Quoted.path(file) + " has " + Counted.of(pieces.size(), "piece")
                    + ", but config.json says " + rows);
        }
        return new WordPieceTokenizer(Vocabulary.of(pieces, special, Quoted.path(file)), options(lower, literals));
    }

    private WordPieceOptions options(boolean lower, Set<String> literals) {
        boolean basic = flag("do_basic_tokenize", true);
        Object strip = config.containsKey("strip_accents")
                ? config.get("strip_accents")
                : whole == null ? null : whole.stripAccents();
        return new WordPieceOptions(
                basic && (whole == null || whole.flag("clean_text", true)),
                basic && lower,
                basic && (strip == null ? lower : truth("strip_accents", strip)),
                basic && flag("tokenize_chinese_chars", whole == null || whole.flag("handle_chinese_chars", true)),
                basic,
                neverSplit(),
                literals,
                whole == null ? "##" : whole.prefix(),
                whole == null ? 100 : whole.longestWord());
    }

    private Set<String> neverSplit() {
        Set<String> out = new LinkedHashSet<>();
        if (config.get("never_split") != null) {
            for (Object word : Json.asList(config.get("never_split"), "never_split")) {
                out.add(Json.asString(word, "never_split"));
            }
        }
        return out;
    }

    private void requireKnownClass() {
        Object name = config.get("tokenizer_class");
        if (name != null && !CLASSES.contains(Json.asString(name, "tokenizer_class"))) {
            throw new WeightsException("[weights] " + Quoted.path(folder.resolve(CONFIG)) + ": the tokenizer_class "
                    + Quoted.text(name.toString()) + " is not read; BertTokenizer is");
        }
    }

    /** The lines of vocab.txt, or the pieces in tokenizer.json; if both are there they must be the same. */
    private List<String> pieces() {
        Path file = folder.resolve("vocab.txt");
        if (!Files.exists(file)) {
            if (whole == null) {
                throw new WeightsException("[weights] " + Quoted.path(folder)
                        + " holds neither vocab.txt nor tokenizer.json, so its words cannot be cut into pieces");
            }
            return whole.pieces();
        }
        List<String> lines;
        try {
            lines = Vocabulary.lines(file);
        } catch (TokenizerException e) {
            throw new WeightsException(e.getMessage());
        }
        if (whole != null && !whole.agreesWith(lines)) {
            throw new WeightsException("[weights] vocab.txt and tokenizer.json in " + Quoted.path(folder)
                    + " number their pieces differently; take the one away that does not belong to the weights");
        }
        return lines;
    }

    private String special(String key, String fallback) {
        Object value = config.get(key) != null ? config.get(key) : names.get(key);
        return value == null ? fallback : content(value, key);
    }

    /** A token's text: as it is, or as the content of its description. */
    private static String content(Object value, String key) {
        return value instanceof Map<?, ?> map
                ? Json.asString(map.get("content"), key + ".content")
                : Json.asString(value, key);
    }

    private boolean flag(String key, boolean fallback) {
        Object value = config.get(key);
        return value == null ? fallback : truth(key, value);
    }

    static boolean truth(String key, Object value) {
        if (value instanceof Boolean b) {
            return b;
        }
        throw new JsonException("[config] '" + key + "' must be true or false");
    }
}
