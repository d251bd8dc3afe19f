package dev.swath.files.json;

import dev.swath.files.Quoted;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
    private static final long MAX_FILE = 64 << 20;

    /** Editors on Windows put one before a text. */
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private static final int MAX_COMPARED = 64;

    private final Map<String, Object> object;
    private final String where;
    private final String prefix;
    private final Set<String> known = new LinkedHashSet<>();

    /** Over an object; {@code where} names it in errors. */
    public Fields(Map<String, Object> object, String where) {
        this(object, where, "");
    }

    private Fields(Map<String, Object> object, String where, String prefix) {
        this.object = object;
        this.where = where;
        this.prefix = prefix;
    }

    /** The object that a file holds. */
    public static Fields of(Path file) {
        return new Fields(read(file), Quoted.path(file));
    }

    /** The object that a file holds, as it is. */
    public static Map<String, Object> read(Path file) {
        String name = Quoted.path(file);
        try {
            if (Files.size(file) > MAX_FILE) {
                throw new JsonException("[config] " + name + " has " + Files.size(file) + " bytes, more than the "
                        + MAX_FILE + " that a configuration may have");
            }
            String text = Files.readString(file);
            return Json.parseObject(text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text);
        } catch (NoSuchFileException _) {
            throw new JsonException("[config] the file " + name + " does not exist");
        } catch (CharacterCodingException _) {
            throw new JsonException("[config] " + name + " is not UTF-8 text");
        } catch (IOException _) {
            throw new JsonException("[config] " + name
                    + (Files.isDirectory(file) ? " is a folder, not a file" : " cannot be opened to be read"));
        } catch (JsonException e) {
            throw new JsonException("[config] " + name + " cannot be read as a configuration: " + e.getMessage());
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
        return where + ": '" + Quoted.text(prefix + key) + "'";
    }

    /** An integer. */
    public int integer(String key, int fallback) {
        return has(key) ? Json.asInt(raw(key), name(key)) : fallback;
    }

    /** An integer in [{@code least}, {@code most}]. */
    public int integer(String key, int fallback, int least, int most) {
        return has(key) ? bounded(key, Json.asLong(raw(key), name(key)), least, most) : fallback;
    }

    private int bounded(String key, long value, int least, int most) {
        if (value < least || value > most) {
            throw new JsonException(
                    "[config] " + name(key) + " must lie in [" + least + ", " + most + "]; got " + value);
        }
        return (int) value;
    }

    /** A long integer. */
    public long longInteger(String key, long fallback) {
        return has(key) ? Json.asLong(raw(key), name(key)) : fallback;
    }

    /** A number. */
    public double number(String key, double fallback) {
        return has(key) ? Json.asDouble(raw(key), name(key)) : fallback;
    }

    /** A number in [{@code least}, {@code most}]. */
    public double number(String key, double fallback, double least, double most) {
        double value = number(key, fallback);
        if (has(key) && !(value >= least && value <= most)) {
            throw new JsonException(
                    "[config] " + name(key) + " must lie in [" + least + ", " + most + "]; got " + value);
        }
        return value;
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
        throw new JsonException("[json] " + name(key) + " must be true or false; got " + Json.kind(raw(key)));
    }

    /** A list of integers. */
    public List<Integer> integers(String key, List<Integer> fallback) {
        return has(key)
                ? Json.asList(raw(key), name(key)).stream()
                        .map(v -> Json.asInt(v, name(key)))
                        .toList()
                : fallback;
    }

    /** A list of at most {@code count} integers in [{@code least}, {@code most}]. */
    public List<Integer> integers(String key, List<Integer> fallback, int count, int least, int most) {
        if (!has(key)) {
            return fallback;
        }
        List<Object> values = Json.asList(raw(key), name(key));
        if (values.size() > count) {
            throw new JsonException(
                    "[config] " + name(key) + " may have at most " + count + " entries; got " + values.size());
        }
        return values.stream()
                .map(v -> bounded(key, Json.asLong(v, name(key)), least, most))
                .toList();
    }

    /** One of an enum's values, written in lower case. */
    public <E extends Enum<E>> E choice(String key, E fallback) {
        return choice(key, List.of(fallback.getDeclaringClass().getEnumConstants()), fallback);
    }

    /** One of these values of an enum, written in lower case. */
    public <E extends Enum<E>> E choice(String key, List<E> values, E fallback) {
        return has(key) ? chosen(key, raw(key), values) : fallback;
    }

    /** A list of an enum's values, written in lower case. */
    public <E extends Enum<E>> List<E> choices(String key, Class<E> type, List<E> fallback) {
        return has(key)
                ? Json.asList(raw(key), name(key)).stream()
                        .map(v -> chosen(key, v, List.of(type.getEnumConstants())))
                        .toList()
                : fallback;
    }

    /** Texts; {@code fallback} if they are not there. */
    public List<String> texts(String key, List<String> fallback) {
        return has(key)
                ? Json.asList(raw(key), name(key)).stream()
                        .map(v -> Json.asString(v, name(key)))
                        .toList()
                : fallback;
    }

    private <E extends Enum<E>> E chosen(String key, @Nullable Object raw, List<E> values) {
        String value = Json.asString(raw, name(key));
        for (E e : values) {
            if (e.name().toLowerCase(Locale.ROOT).equals(value)) {
                return e;
            }
        }
        throw new JsonException("[config] " + name(key) + " must be one of "
                + values.toString().toLowerCase(Locale.ROOT) + "; got '" + Quoted.text(value)
                + "'");
    }

    /** An object inside this one; empty if it is not there. */
    public Fields object(String key) {
        return new Fields(has(key) ? Json.asObject(raw(key), name(key)) : Map.of(), where, prefix + key + ".");
    }

    /** An object of any content as it is; empty if it is not there. */
    public Map<String, Object> map(String key) {
        return has(key) ? Json.asObject(raw(key), name(key)) : Map.of();
    }

    /** An object of texts; empty if it is not there. */
    public Map<String, String> textMap(String key) {
        Map<String, String> out = new LinkedHashMap<>();
        map(key).forEach((k, v) -> out.put(k, Json.asString(v, name(key) + "." + Quoted.text(k))));
        return out;
    }

    /** Throws if there is a key that nobody asked for. */
    public void requireNoOthers() {
        for (String key : object.keySet()) {
            if (!known.contains(key)) {
                String start = key.substring(0, Math.min(key.length(), MAX_COMPARED));
                String nearest = known.stream()
                        .min((a, b) -> Integer.compare(distance(start, a), distance(start, b)))
                        .orElse("");
                throw new JsonException("[config] " + name(key) + " is no key that can be set here; "
                        + (distance(start, nearest) <= 1 + start.length() / 3
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
