package dev.swath.fianet.data;

import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import dev.swath.weights.pickle.PickleException;
import dev.swath.weights.pickle.Resolver;
import dev.swath.weights.pickle.Unpickler;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code refs(unc).p}: a pickled list of dictionaries, one an expression. A pickle that asks for any class is refused. */
final class Refs {
    static final String NAME = "rrsisd/refs(unc).p";

    /**
     * One entry.
     *
     * @param id its ref_id
     * @param annotation id of its mask
     * @param image id of its image
     * @param category id, or null if the entry has none
     * @param split as written
     * @param fileName of the image as this entry has it, or null
     * @param sentences the "raw" expressions, at least one
     */
    record Ref(
            long id,
            long annotation,
            long image,
            @Nullable Long category,
            String split,
            @Nullable String fileName,
            List<String> sentences) {}

    private Refs() {}

    /** The entries in the order of the file; what is wrong with one goes to the sink, and it is left out. */
    static List<Ref> read(DataRoot root, Problem.Sink sink) {
        String where = root.describe(NAME);
        if (!root.exists(NAME)) {
            sink.report(Problem.Kind.BROKEN_LIST, "", NAME, where + ": the file is missing");
            return List.of();
        }
        List<Object> entries;
        try {
            ByteBuffer bytes = ByteBuffer.wrap(root.read(NAME, DataRoot.MAX_TEXT));
            entries = Json.asList(Unpickler.read(bytes, Resolver.PLAIN), "the pickle");
        } catch (PickleException | JsonException e) {
            sink.report(
                    Problem.Kind.BROKEN_LIST, "", NAME, where + ": the file cannot be understood: " + e.getMessage());
            return List.of();
        }
        List<Ref> refs = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            String place = where + ": entry " + i;
            try {
                Ref ref = ref(Json.asObject(entries.get(i), "an entry"));
                if (ref.sentences.isEmpty() || ref.sentences.stream().anyMatch(String::isBlank)) {
                    sink.report(
                            Problem.Kind.EMPTY_SENTENCE,
                            ref.split,
                            "ref " + ref.id,
                            place + ": each of its sentences must hold a word");
                } else {
                    refs.add(ref);
                }
            } catch (JsonException e) {
                sink.report(
                        Problem.Kind.BROKEN_ENTRY,
                        "",
                        "entry " + i,
                        place + " cannot be understood: " + e.getMessage());
            }
        }
        return refs;
    }

    private static Ref ref(Map<String, Object> e) {
        List<String> sentences = new ArrayList<>();
        for (Object sentence : Json.asList(e.get("sentences"), "sentences")) {
            String raw = Json.asString(Json.asObject(sentence, "a sentence").get("raw"), "raw");
            sentences.add(raw.replaceAll("\\R$", ""));
        }
        Object category = e.get("category_id");
        Object fileName = e.get("file_name");
        return new Ref(
                Json.asLong(e.get("ref_id"), "ref_id"),
                Json.asLong(e.get("ann_id"), "ann_id"),
                Json.asLong(e.get("image_id"), "image_id"),
                category == null ? null : (Long) Json.asLong(category, "category_id"),
                Json.asString(e.get("split"), "split"),
                fileName == null ? null : Json.asString(fileName, "file_name"),
                List.copyOf(sentences));
    }
}
