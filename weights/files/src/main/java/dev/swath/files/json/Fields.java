package dev.swath.files.json;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A configuration object that is read key by key, each with its default, and then must hold nothing else: a misspelt key
 * is an error that names the nearest right one.
 */
public final class Fields {
    private final Map<String, Object> object;
    private final String where;
    private final Set<String> known = new LinkedHashSet<>();

    /** Over an object; {@code where} names it in errors. */
    public Fields(Map<String, Object> object, String where) {
        this.object = object;
        this.where = where;
    }

    /** The object that a file holds. */
    public static Fields of(Path file) {
        return new Fields(read(file), file.toString());
    }

    /** The object that a file holds, as it is. */
    public static Map<String, Object> read(Path file) {
        try {
            return Json.parseObject(Files.readString(file));
        } catch (NoSuchFileException _) {
            throw new JsonException("[config] the file " + file + " does not exist");
        } catch (IOException | JsonException e) {
            throw new JsonException("[config] " + file + " cannot be read as a configuration: " + e.getMessage());
        }
    }

    /** The name that errors give to this object. */
    public String where() {
        return where;
    }

    /** Whether the key is there. */
    public boolean has(String key) {
        known.add(key);
        return object.containsKey(key);
    }

    private @Nullable Object raw(String key) {
        known.add(key);
        return object.get(key);
    }

    private String name(String key) {
        return where + ": '" + key + "'";
    }

    /** An integer. */
    public int integer(String key, int fallback) {
        return has(key) ? Json.asInt(raw(key), name(key)) : fallback;
    }

    /** A long integer. */
    public long longInteger(String key, long fallback) {
        return has(key) ? Json.asLong(raw(key), name(key)) : fallback;
    }

    /** A number. */
    public double number(String key, double fallback) {
        return has(key) ? Json.asDouble(raw(key), name(key)) : fallback;
    }

    /** A text. */
    public String text(String key, String fallback) {
        return has(key) ? Json.asString(raw(key), name(key)) : fallback;
    }

    /** True or false. */
    public boolean flag(String key, boolean fallback) {
        if (!has(key)) {
            return fallback;
        }
        if (raw(key) instanceof Boolean b) {
            return b;
        }
        throw new JsonException("[json] " + name(key) + " must be true or false; got " + raw(key));
    }

    /** A list of integers. */
    public List<Integer> integers(String key, List<Integer> fallback) {
        return has(key)
                ? Json.asList(raw(key), name(key)).stream()
                        .map(v -> Json.asInt(v, name(key)))
                        .toList()
                : fallback;
    }

    /** One of an enum's values, written in lower case. */
    public <E extends Enum<E>> E choice(String key, E fallback) {
        return has(key) ? chosen(key, raw(key), fallback.getDeclaringClass()) : fallback;
    }

    /** A list of an enum's values, written in lower case. */
    public <E extends Enum<E>> List<E> choices(String key, Class<E> type, List<E> fallback) {
        return has(key)
                ? Json.asList(raw(key), name(key)).stream()
                        .map(v -> chosen(key, v, type))
                        .toList()
                : fallback;
    }

    private <E extends Enum<E>> E chosen(String key, @Nullable Object raw, Class<E> type) {
        String value = Json.asString(raw, name(key));
        for (E e : type.getEnumConstants()) {
            if (e.name().toLowerCase(Locale.ROOT).equals(value)) {
                return e;
            }
        }
        throw new JsonException("[config] " + name(key) + " must be one of "
                + Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT) + "; got '" + value + "'");
    }

    /** An object inside this one; empty if it is not there. */
    public Fields object(String key) {
        return new Fields(has(key) ? Json.asObject(raw(key), name(key)) : Map.of(), where + ": " + key);
    }

    /** An object of any content as it is; empty if it is not there. */
    public Map<String, Object> map(String key) {
        return has(key) ? Json.asObject(raw(key), name(key)) : Map.of();
    }

    /** An object of texts; empty if it is not there. */
    public Map<String, String> textMap(String key) {
        Map<String, String> out = new LinkedHashMap<>();
        map(key).forEach((k, v) -> out.put(k, Json.asString(v, name(key) + "." + k)));
        return out;
    }

    /** Throws if there is a key that nobody asked for. */
    public void requireNoOthers() {
        for (String key : object.keySet()) {
            if (!known.contains(key)) {
                String nearest = known.stream()
                        .min((a, b) -> Integer.compare(distance(key, a), distance(key, b)))
                        .orElse("");
                throw new JsonException("[config] " + name(key) + " is no key that can be set here; "
                        + (distance(key, nearest) <= 1 + key.length() / 3
                                ? "did you mean '" + nearest + "'?"
                                : "there are " + String.join(", ", known)));
            }
        }
    }

    /** Fewest insertions, deletions and replacements of a character between two words (Levenshtein 1966). */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
