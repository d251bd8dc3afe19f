package dev.swath.fianet.pretrained;

import dev.swath.files.Quoted;
import dev.swath.files.json.Json;
import dev.swath.weights.WeightsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Pieces that a BERT folder adds to its vocabulary, or finds in a text as they are written. */
final class AddedPieces {
    private record Added(String content, boolean special, boolean normalized, boolean singleWord) {}

    private final Path folder;
    private final boolean lower;
    private final Map<Integer, Added> byId = new TreeMap<>();

    AddedPieces(Path folder, boolean lower) {
        this.folder = folder;
        this.lower = lower;
    }

    /** {@code added_tokens_decoder}: descriptions by number. */
    void decoder(Map<String, Object> decoder) {
        decoder.forEach((id, value) -> {
            if (!id.matches("\\d{1,9}")) {
                throw refused(id, "must have a number for its key");
            }
            add(Integer.parseInt(id), Json.asObject(value, "added_tokens_decoder"));
        });
    }

    /** {@code added_tokens} of {@code tokenizer.json}: a list of descriptions. */
    void list(List<Object> added) {
        for (Object value : added) {
            Map<String, Object> token = Json.asObject(value, "added_tokens");
            add(Json.asInt(token.get("id"), "added_tokens.id"), token);
        }
    }

    /** {@code added_tokens.json}: numbers by text. */
    void plain(Map<String, Object> added) {
        added.forEach((content, id) -> byId.putIfAbsent(
                Json.asInt(id, "the number of an added token"), new Added(content, false, true, false)));
    }

    private void add(int id, Map<String, Object> token) {
        String content = Json.asString(token.get("content"), "the content of an added token");
        boolean special = truth(token.get("special"), false);
        Added added = new Added(
                content, special, truth(token.get("normalized"), !special), truth(token.get("single_word"), false));
        Added before = byId.putIfAbsent(id, added);
        if (before != null && !before.content.equals(content)) {
            throw refused(content, "has the number " + id + ", which another added token has too");
        }
    }

    private static boolean truth(@Nullable Object value, boolean fallback) {
        return value == null ? fallback : BertTokenizerFiles.truth("an added token's property", value);
    }

    /** The vocabulary with what is added behind it; what is to be found in texts as it is written goes to {@code literals}. */
    List<String> into(List<String> vocabulary, Set<String> literals, int rows) {
        List<String> out = new ArrayList<>(vocabulary);
        byId.forEach((id, added) -> {
            if (id < 0 || id >= rows) {
                throw refused(added.content, "has the number " + id + ", but config.json says that there are " + rows);
            }
            while (out.size() <= id) {
                out.add("");
            }
            if (out.get(id).isEmpty()) {
                out.set(id, added.content);
            } else if (!out.get(id).equals(added.content)) {
                throw refused(
                        added.content,
                        "has the number " + id + ", which is '" + Quoted.text(out.get(id)) + "' in the vocabulary");
            }
            if (added.singleWord) {
                throw refused(added.content, "is to be found as a single word, which is not followed here");
            }
            if (added.normalized && lower && !added.special) {
                throw refused(added.content, "is to be found in normalized text, which is not followed here");
            }
            literals.add(added.content);
        });
        return out;
    }

    private WeightsException refused(String content, String why) {
        return new WeightsException(
                "[weights] the added token '" + Quoted.text(content) + "' in " + Quoted.path(folder) + " " + why);
    }
}
