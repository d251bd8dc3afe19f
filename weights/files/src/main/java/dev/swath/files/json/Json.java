package dev.swath.files.json;

import dev.swath.files.Quoted;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads strict JSON (RFC 8259) into plain values: {@code Map<String, Object>} in order, {@code List<Object>},
 * {@code String}, {@code Long} for integers that fit, {@code BigInteger} for others, {@code Double}, {@code Boolean}, null. Refuses what lenient readers
 * let pass: duplicate names, deep nesting, trailing text, lone surrogates, control characters in strings.
 */
public final class Json {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_NUMBER = 64;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** The value that the text holds. */
    public static @Nullable Object parse(String text) {
        Json json = new Json(text);
        Object value = json.value(0);
        json.space();
        if (json.at != text.length()) {
            throw json.error("nothing may follow the value");
        }
        return value;
    }

    /** The object that the text holds. */
    public static Map<String, Object> parseObject(String text) {
        return asObject(parse(text), "the text");
    }

    /** The value as an object; {@code what} names it in the error. */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> asObject(@Nullable Object value, String what) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new JsonException("[json] " + Quoted.text(what) + " must be an object; got " + kind(value));
    }

    /** The value as a list; {@code what} names it in the error. */
    @SuppressWarnings("unchecked")
    public static List<Object> asList(@Nullable Object value, String what) {
        if (value instanceof List<?> list) {
            return (List<Object>) list;
        }
        throw new JsonException("[json] " + Quoted.text(what) + " must be a list; got " + kind(value));
    }

    /** The value as text; {@code what} names it in the error. */
    public static String asString(@Nullable Object value, String what) {
        if (value instanceof String s) {
            return s;
        }
        throw new JsonException("[json] " + Quoted.text(what) + " must be a string; got " + kind(value));
    }

    /** The value as an integer; {@code what} names it in the error. */
    public static long asLong(@Nullable Object value, String what) {
        if (value instanceof Long n) {
            return n;
        }
        throw new JsonException("[json] " + Quoted.text(what) + " must be an integer; got " + kind(value));
    }

    /** The value as an int; {@code what} names it in the error. */
    public static int asInt(@Nullable Object value, String what) {
        long n = asLong(value, what);
        if (n != (int) n) {
            throw new JsonException("[json] " + Quoted.text(what) + " must fit 32 bits; got " + n);
        }
        return (int) n;
    }

    /** The value as a number; {@code what} names it in the error. */
    public static double asDouble(@Nullable Object value, String what) {
        if (value instanceof Number n) {
            return n.doubleValue();
        }
        throw new JsonException("[json] " + Quoted.text(what) + " must be a number; got " + kind(value));
    }

    /** The value in a few words, for a message. */
    public static String kind(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case Map<?, ?> _ -> "an object";
            case List<?> _ -> "a list";
            case String s -> "the string '" + Quoted.text(s) + "'";
            case BigInteger _ -> "an integer of more than 64 bits";
            default -> value.toString();
        };
    }

    private @Nullable Object value(int depth) {
        if (depth > MAX_DEPTH) {
            throw error("values may be nested at most " + MAX_DEPTH + " deep");
        }
        space();
        if (at == text.length()) {
            throw error("a value is missing");
        }
        return switch (text.charAt(at)) {
            case '{' -> object(depth);
            case '[' -> list(depth);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> out = new LinkedHashMap<>();
        at++;
        space();
        if (take('}')) {
            return out;
        }
        while (true) {
            space();
            if (at == text.length() || text.charAt(at) != '"') {
                throw error("a name must stand here");
            }
            String name = string();
            space();
            if (!take(':')) {
                throw error("a colon must follow the name '" + Quoted.text(name) + "'");
            }
            if (out.containsKey(name)) {
                throw error("a name may occur once, but '" + Quoted.text(name) + "' occurs twice");
            }
            out.put(name, value(depth + 1));
            space();
            if (take('}')) {
                return out;
            }
            if (!take(',')) {
                throw error("a comma or } must stand here");
            }
        }
    }

    private List<@Nullable Object> list(int depth) {
        List<@Nullable Object> out = new ArrayList<>();
        at++;
        space();
        if (take(']')) {
            return out;
        }
        while (true) {
            out.add(value(depth + 1));
            space();
            if (take(']')) {
                return out;
            }
            if (!take(',')) {
                throw error("a comma or ] must stand here");
            }
        }
    }

    private String string() {
        StringBuilder out = new StringBuilder();
        at++;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return checked(out);
            }
            if (c < ' ') {
                throw error("a control character must be escaped");
            }
            out.append(c == '\\' ? escape() : c);
        }
        throw error("the string is not closed");
    }

    private char escape() {
        if (at == text.length()) {
            throw error("the string is not closed");
        }
        char c = text.charAt(at++);
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int code = 0;
                for (int i = 0; i < 4; i++) {
                    int digit = at < text.length() ? Character.digit(text.charAt(at++), 16) : -1;
                    if (digit < 0) {
                        throw error("four hexadecimal digits must follow \\u");
                    }
                    code = code * 16 + digit;
                }
                yield (char) code;
            }
            default -> throw error("the escape \\" + c + " does not exist");
        };
    }

    private String checked(StringBuilder out) {
        for (int i = 0; i < out.length(); i++) {
            if (Character.isHighSurrogate(out.charAt(i))
                    && i + 1 < out.length()
                    && Character.isLowSurrogate(out.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(out.charAt(i))) {
                throw error("a string must not hold half of a surrogate pair");
            }
        }
        return out.toString();
    }

    private @Nullable Object word(String word, @Nullable Object value) {
        if (!text.startsWith(word, at)) {
            throw error("this is no value");
        }
        at += word.length();
        return value;
    }

    private Object number() {
        int start = at;
        take('-');
        int digits = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == digits || (text.charAt(digits) == '0' && at > digits + 1)) {
            at = start;
            throw error("this is no value");
        }
        boolean whole = true;
        if (take('.')) {
            whole = false;
            digits();
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            whole = false;
            at++;
            if (!take('+')) {
                take('-');
            }
            digits();
        }
        String number = text.substring(start, at);
        if (number.length() > MAX_NUMBER) {
            throw error("a number may have at most " + MAX_NUMBER + " characters");
        }
        if (!whole) {
            return Double.valueOf(number);
        }
        BigInteger integer = new BigInteger(number);
        return integer.bitLength() < Long.SIZE ? (Object) integer.longValue() : integer;
    }

    private void digits() {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == start) {
            throw error("a digit must stand here");
        }
    }

    private boolean take(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private JsonException error(String rule) {
        return new JsonException("[json] " + rule + "; at character " + at);
    }

    /** The value as text: maps, lists, strings, numbers, booleans and null; two spaces a level if {@code pretty}. */
    public static String write(@Nullable Object value, boolean pretty) {
        StringBuilder out = new StringBuilder();
        write(out, value, pretty ? 0 : -1);
        return out.toString();
    }

    private static void write(StringBuilder out, @Nullable Object value, int level) {
        switch (value) {
            case null -> out.append("null");
            case Map<?, ?> map -> {
                String separator = "{";
                for (Map.Entry<?, ?> e : map.entrySet()) {
                    line(out.append(separator), level, 1);
                    quote(out, String.valueOf(e.getKey()));
                    out.append(level < 0 ? ":" : ": ");
                    write(out, e.getValue(), level < 0 ? -1 : level + 1);
                    separator = ",";
                }
                if (map.isEmpty()) {
                    out.append('{');
                } else {
                    line(out, level, 0);
                }
                out.append('}');
            }
            case List<?> list -> {
                String separator = "";
                out.append('[');
                for (Object e : list) {
                    out.append(separator);
                    write(out, e, level < 0 ? -1 : level + 1);
                    separator = level < 0 ? "," : ", ";
                }
                out.append(']');
            }
            case Double d when !Double.isFinite(d) -> out.append("null");
            case Float f when !Float.isFinite(f) -> out.append("null");
            case Number n -> out.append(n);
            case Boolean b -> out.append(b);
            default -> quote(out, value.toString());
        }
    }

    private static void line(StringBuilder out, int level, int deeper) {
        if (level >= 0) {
            out.append('\n').append("  ".repeat(level + deeper));
        }
    }

    private static void quote(StringBuilder out, String s) {
        out.append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
