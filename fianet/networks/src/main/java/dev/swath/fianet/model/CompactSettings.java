package dev.swath.fianet.model;

import dev.swath.files.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Trunks and trainings that take minutes: what the compact settings of all networks with a Swin and a BERT have in common. */
public final class CompactSettings {
    private static final String MODEL = "model";

    private CompactSettings() {}

    /**
     * The text of such settings.
     *
     * @param model keys that a network has more of, or has otherwise
     * @param training keys beside {@code model} that it has more of
     */
    public static String with(Map<String, Object> model, Map<String, Object> training) {
        try (InputStream in = CompactSettings.class.getResourceAsStream("compact.json")) {
            String text = new String(Objects.requireNonNull(in, "compact.json").readAllBytes(), StandardCharsets.UTF_8);
            Map<String, Object> keys = new LinkedHashMap<>(Json.parseObject(text));
            Map<String, Object> all = new LinkedHashMap<>(Json.asObject(keys.get(MODEL), MODEL));
            all.putAll(model);
            keys.put(MODEL, all);
            keys.putAll(training);
            return Json.write(keys, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
