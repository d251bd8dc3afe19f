package dev.swath.fianet.data;

import dev.swath.files.Messages;
import dev.swath.files.Quoted;
import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code instances.json}: images, annotations and categories by their ids. Of an annotation, {@code bbox} (corners here, not
 * corner and size) and {@code area} (unrelated to the mask) are never used.
 */
record Instances(Map<Long, Image> images, Map<Long, Annotation> annotations, Map<Long, String> categories) {
    static final String NAME = "rrsisd/instances.json";

    private static final int MAX_SIDE = 32_768;

    /** Characters of a path, as systems bound it. */
    private static final int MAX_NAME = 4096;

    /** What the file says about an image. */
    record Image(String fileName, int height, int width) {}

    /** A mask, still encoded; the category is null if the annotation names none. */
    record Annotation(
            long imageId, @Nullable Long category, @Nullable Object segmentation) {}

    /** Reads the file; what is wrong with an entry goes to the sink, and the entry is left out. */
    static Instances read(DataRoot root, Problem.Sink sink) {
        String where = root.describe(NAME);
        Instances out = new Instances(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
        if (!root.exists(NAME)) {
            sink.report(Problem.Kind.BROKEN_LIST, "", NAME, where + ": the file is missing");
            return out;
        }
        try {
            String text = new String(root.read(NAME, DataRoot.MAX_TEXT), StandardCharsets.UTF_8);
            Map<String, Object> all = Json.parseObject(text);
            List<Object> images = Json.asList(all.get("images"), "images");
            List<Object> annotations = Json.asList(all.get("annotations"), "annotations");
            List<Object> categories = Json.asList(all.get("categories"), "categories");
            Entries entries = new Entries(where, sink);
            entries.each("images", images, (e, place) -> out.addImage(e, place, sink));
            entries.each("categories", categories, (e, place) -> out.addCategory(e, place, sink));
            entries.each("annotations", annotations, (e, place) -> out.addAnnotation(e, place, sink));
        } catch (JsonException e) {
            sink.report(
                    Problem.Kind.BROKEN_LIST,
                    "",
                    NAME,
                    where + ": the file cannot be understood: " + Messages.withoutPart(e));
        }
        return out;
    }

    private record Entries(String where, Problem.Sink sink) {
        @FunctionalInterface
        interface Use {
            void of(Map<String, Object> entry, String place);
        }

        void each(String list, List<Object> values, Use use) {
            for (int i = 0; i < values.size(); i++) {
                String place = where + ": " + list + "[" + i + "]";
                try {
                    use.of(Json.asObject(values.get(i), "an entry"), place);
                } catch (JsonException e) {
                    sink.report(
                            Problem.Kind.BROKEN_ENTRY,
                            "",
                            list + "[" + i + "]",
                            place + " cannot be understood: " + Messages.withoutPart(e));
                }
            }
        }
    }

    private void addImage(Map<String, Object> e, String place, Problem.Sink sink) {
        long id = Json.asLong(e.get("id"), "id");
        long height = Json.asLong(e.get("height"), "height");
        long width = Json.asLong(e.get("width"), "width");
        if (height < 1 || width < 1 || height > MAX_SIDE || width > MAX_SIDE) {
            throw new JsonException(
                    "an image must have from 1 to " + MAX_SIDE + " pixels a side; got " + height + " x " + width);
        }
        if (height * width > Runs.MAX_PIXELS) {
            throw new JsonException(
                    "an image may have at most " + Runs.MAX_PIXELS + " pixels; got " + height + " x " + width);
        }
        String name = Json.asString(e.get("file_name"), "file_name");
        if (name.length() > MAX_NAME) {
            throw new JsonException("a file name may have at most " + MAX_NAME + " characters; got " + name.length()
                    + ", beginning with '" + Quoted.text(name) + "'");
        }
        Image image = new Image(name, (int) height, (int) width);
        Image before = images.putIfAbsent(id, image);
        if (before != null) {
            boolean same = before.equals(image);
            sink.report(
                    same ? Problem.Kind.DUPLICATE_ID : Problem.Kind.BROKEN_ENTRY,
                    "",
                    "image " + id,
                    place + ": the image id " + id + " occurs twice" + (same ? "" : ", for different images"));
        }
    }

    private void addCategory(Map<String, Object> e, String place, Problem.Sink sink) {
        long id = Json.asLong(e.get("id"), "id");
        String name = Json.asString(e.get("name"), "name");
        String before = categories.putIfAbsent(id, name);
        if (before != null) {
            boolean same = before.equals(name);
            sink.report(
                    same ? Problem.Kind.DUPLICATE_ID : Problem.Kind.BROKEN_ENTRY,
                    "",
                    "category " + id,
                    place + ": the category id " + id + " occurs twice"
                            + (same ? "" : ", as '" + Quoted.text(before) + "' and '" + Quoted.text(name) + "'"));
        }
    }

    private void addAnnotation(Map<String, Object> e, String place, Problem.Sink sink) {
        if (!(e.get("id") instanceof Long id)) {
            sink.report(
                    Problem.Kind.ANNOTATION_WITHOUT_ID,
                    "",
                    place.substring(place.lastIndexOf(' ') + 1),
                    place + ": an annotation must have an integer 'id', for expressions find their masks by it; got "
                            + Json.kind(e.get("id")));
            return;
        }
        Object category = e.containsKey("category_id") ? e.get("category_id") : e.get("categories_id");
        Annotation annotation = new Annotation(
                Json.asLong(e.get("image_id"), "image_id"),
                category == null ? null : (Long) Json.asLong(category, "category_id"),
                e.get("segmentation"));
        if (annotations.putIfAbsent(id, annotation) != null) {
            sink.report(
                    Problem.Kind.DUPLICATE_ANNOTATION,
                    "",
                    "annotation " + id,
                    place + ": the annotation id " + id + " occurs twice, so that it is unclear which mask is meant");
        }
    }
}
