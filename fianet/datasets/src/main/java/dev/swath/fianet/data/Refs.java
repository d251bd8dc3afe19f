package dev.swath.fianet.data;

import dev.swath.fianet.text.Spaces;
import dev.swath.files.Messages;
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
            List<String> sentences) {
        long characters() {
            long sum = split.length() + (fileName == null ? 0L : fileName.length());
            for (String sentence : sentences) {
                sum += sentence.length() + 1L;
            }
            return sum;
        }
    }

    /**
     * A pickle may name a text or a list again in two bytes. Characters that entries may hold in all: so many, and so many for each
     * byte of the file.
     */
    private static final long ROOM = 1 << 20;

    private static final String LINE_ENDS = "\n\u000b\f\r\u0085\u2028\u2029";

    private static final long ROOM_FOR_A_BYTE = 16;

    private Refs() {}

    /** The entries in the order of the file; what is wrong with one goes to the sink, and it is left out. */
    static List<Ref> read(DataRoot root, Problem.Sink sink) {
        String where = root.describe(NAME);
        if (!root.exists(NAME)) {
            sink.report(Problem.Kind.BROKEN_LIST, "", NAME, where + ": the file is missing");
            return List.of();
        }
        List<Object> entries;
        long room;
        try {
            ByteBuffer bytes = ByteBuffer.wrap(root.read(NAME, DataRoot.MAX_TEXT));
            room = ROOM + ROOM_FOR_A_BYTE * bytes.remaining();
            entries = Json.asList(Unpickler.read(bytes, Resolver.PLAIN), "the pickle");
        } catch (PickleException | JsonException e) {
            sink.report(
                    Problem.Kind.BROKEN_LIST,
                    "",
                    NAME,
                    where + ": the file cannot be understood: " + Messages.withoutPart(e));
            return List.of();
        }
        List<Ref> refs = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            String place = where + ": entry " + i;
            try {
                Ref ref = ref(Json.asObject(entries.get(i), "an entry"), room);
                room -= ref.characters();
                if (room < 0) {
                    sink.report(
                            Problem.Kind.BROKEN_LIST,
                            "",
                            NAME,
                            place + ": by now the entries hold more text than such a file can; the rest was left out");
                    return refs;
                }
                if (ref.sentences.isEmpty() || ref.sentences.stream().anyMatch(Spaces::isBlank)) {
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
                        place + " cannot be understood: " + Messages.withoutPart(e));
            }
        }
        return refs;
    }

    private static Ref ref(Map<String, Object> e, long room) {
        List<String> sentences = new ArrayList<>();
        long left = room;
        for (Object sentence : Json.asList(e.get("sentences"), "sentences")) {
            String raw = Json.asString(Json.asObject(sentence, "a sentence").get("raw"), "raw");
            sentences.add(withoutLineEnds(raw));
            left -= raw.length() + 1L;
            if (left < 0) {
                break; // the caller says so
            }
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

    /** Up to two, as the published loader's expression takes off. */
    private static String withoutLineEnds(String s) {
        int end = s.length();
        for (int i = 0; i < 2 && end > 0 && LINE_ENDS.indexOf(s.charAt(end - 1)) >= 0; i++) {
            end -= s.startsWith("\r\n", end - 2) ? 2 : 1;
        }
        return s.substring(0, end);
    }
}
