package dev.swath.fianet.text;

import dev.swath.files.Quoted;
import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Token ids and masks that were made elsewhere or corrected by hand: one JSON object, or a list of them, each with
 * {@code sentence}, {@code ids}, {@code context_mask}, {@code object_mask} and {@code position_mask}, as
 * {@code swath parse --format json} writes them. Other fields are ignored.
 */
public final class MaskFile {
    private static final String WHAT = "masks";
    private static final int MAX_FILE = 256 << 20;
    private static final int MAX_LENGTH = 4096;

    /**
     * One sentence, each array of the same length N.
     *
     * @param ids WordPiece ids
     * @param context 1 for each real piece
     * @param object 1 for the object's pieces
     * @param position 1 for the position's pieces
     */
    public record Entry(long[] ids, long[] context, long[] object, long[] position) {}

    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private MaskFile() {}

    /** Reads and checks the file. */
    public static MaskFile load(Path file) {
        try {
            Object root = Json.parse(TextFile.read(file, WHAT, MAX_FILE));
            MaskFile out = new MaskFile();
            for (Object item : root instanceof List<?> list ? list : List.of(Json.asObject(root, "the file"))) {
                Map<String, Object> fields = Json.asObject(item, "each entry");
                String sentence = Json.asString(fields.get("sentence"), "sentence");
                if (out.entries.putIfAbsent(sentence, entry(file, sentence, fields)) != null) {
                    throw refuse(file, "the sentence '" + Quoted.text(sentence) + "' occurs twice");
                }
            }
            return out;
        } catch (JsonException e) {
            throw refuse(file, "this is no file of masks: " + e.getMessage());
        }
    }

    private static Entry entry(Path file, String sentence, Map<String, Object> fields) {
        long[] ids = numbers(fields, "ids");
        long[][] masks = {
            numbers(fields, "context_mask"), numbers(fields, "object_mask"), numbers(fields, "position_mask")
        };
        for (long[] mask : masks) {
            if (ids.length == 0 || ids.length > MAX_LENGTH || mask.length != ids.length) {
                throw refuse(
                        file,
                        "'" + Quoted.text(sentence) + "' must have from 1 to " + MAX_LENGTH
                                + " ids and masks of the same length; got " + ids.length + " ids and a mask of "
                                + mask.length);
            }
            for (long m : mask) {
                if (m != 0 && m != 1) {
                    throw refuse(file, "the masks of '" + Quoted.text(sentence) + "' must hold 0 and 1; got " + m);
                }
            }
        }
        return new Entry(ids, masks[0], masks[1], masks[2]);
    }

    private static long[] numbers(Map<String, Object> fields, String name) {
        return Json.asList(fields.get(name), name).stream()
                .mapToLong(v -> Json.asLong(v, name))
                .toArray();
    }

    private static ExpressionException refuse(Path file, String rule) {
        return TextFile.refuse(WHAT, file, rule);
    }

    /** The entry of exactly this sentence. */
    public Optional<Entry> find(String sentence) {
        return Optional.ofNullable(entries.get(sentence));
    }

    /** Number of sentences. */
    public int size() {
        return entries.size();
    }
}
