package dev.swath.fianet.data;

import dev.swath.files.Quoted;
import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The {@code segmentation} of an annotation: run-length objects {size: [height, width], counts} or polygons, one or
 * several. As in the published loaders the pieces are added up, and the object is where the sum is exactly 1: a pixel that
 * two pieces cover is background.
 */
final class Segmentation {
    private Segmentation() {}

    /**
     * Decodes.
     *
     * @param value as read from JSON
     * @param height that every piece must have
     * @param width that every piece must have
     */
    static Mask decode(@Nullable Object value, int height, int width) {
        return runs(value, height, width).mask();
    }

    /** The same without laying it out: what it takes goes by what is written, not by the size that it claims. */
    static Runs runs(@Nullable Object value, int height, int width) {
        try {
            List<Object> pieces = value instanceof Map ? List.of(value) : Json.asList(value, "segmentation");
            if (pieces.isEmpty()) {
                throw new DataException("[segmentation] there must be at least one piece; got an empty list");
            }
            return Runs.inOne(
                    pieces.stream().map(piece -> piece(piece, height, width)).toList());
        } catch (JsonException e) {
            throw new DataException("[segmentation] the mask cannot be understood: " + e.getMessage(), e);
        }
    }

    private static Runs piece(Object piece, int height, int width) {
        return piece instanceof Map
                ? encoded(Json.asObject(piece, "a piece"), height, width)
                : Polygon.fill(numbers(piece), height, width);
    }

    private static List<Double> numbers(Object piece) {
        List<Double> out = new ArrayList<>();
        for (Object n : Json.asList(piece, "a polygon")) {
            out.add(Json.asDouble(n, "a coordinate"));
        }
        return out;
    }

    private static Runs encoded(Map<String, Object> piece, int height, int width) {
        if (!hasSize(piece, height, width)) {
            throw new DataException("[segmentation] a mask must have the size [height, width] of its image entry, ["
                    + height + ", " + width + "]; got " + Quoted.text(String.valueOf(piece.get("size"))));
        }
        Object counts = piece.get("counts");
        if (counts instanceof String text) {
            return RunLength.runs(text, height, width);
        }
        return plain(Json.asList(counts, "counts"), height, width);
    }

    private static boolean hasSize(Map<?, ?> piece, int height, int width) {
        return List.of((long) height, (long) width).equals(piece.get("size"));
    }

    /** Whether every run-length piece has this size; polygons have none of their own. */
    static boolean fits(@Nullable Object value, int height, int width) {
        List<?> pieces = value instanceof List<?> list ? list : value == null ? List.of() : List.of(value);
        return pieces.stream().allMatch(p -> !(p instanceof Map<?, ?> m) || hasSize(m, height, width));
    }

    /** Runs as plain numbers, column by column, beginning with background. */
    private static Runs plain(List<Object> counts, int height, int width) {
        Runs out = new Runs(height, width);
        int at = 0;
        for (Object count : counts) {
            long run = Json.asLong(count, "a run");
            if (run < 0 || run > out.pixels() - at) {
                throw new DataException("[segmentation] runs must add up to " + height + " x " + width
                        + " pixels; a run of " + run + " begins at pixel " + at);
            }
            at += (int) run;
            out.turn(at);
        }
        if (at != out.pixels()) {
            throw new DataException(
                    "[segmentation] runs must add up to " + height + " x " + width + " pixels; got " + at);
        }
        return out;
    }
}
