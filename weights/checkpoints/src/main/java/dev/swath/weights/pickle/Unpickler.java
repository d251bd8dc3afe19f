package dev.swath.weights.pickle;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads Python pickles, protocols 0 to 5, into {@code Map}, {@code List} (tuples and sets too), {@code String},
 * {@code byte[]}, {@code Long}, {@code BigInteger}, {@code Double}, {@code Boolean} and null. Whatever else a pickle wants
 * must be allowed by the {@link Resolver} or is refused by name; nothing is executed.
 */
public final class Unpickler {
    private static final int MAX_LINE = 1 << 20;

    private record Global(String module, String name) {
        @Override
        public String toString() {
            return module + "." + name;
        }
    }

    private final ByteBuffer in;
    private final Resolver resolver;
    private final Map<Integer, @Nullable Object> memo = new HashMap<>();
    private final ArrayList<@Nullable Object> stack = new ArrayList<>();
    private final Deque<Integer> marks = new ArrayDeque<>();

    private Unpickler(ByteBuffer in, Resolver resolver) {
        this.in = in.order(ByteOrder.LITTLE_ENDIAN);
        this.resolver = resolver;
    }

    /** Reads one pickle from the buffer's position on and leaves the position behind it. */
    public static @Nullable Object read(ByteBuffer in, Resolver resolver) {
        Unpickler unpickler = new Unpickler(in, resolver);
        try {
            return unpickler.run();
        } catch (BufferUnderflowException e) {
            throw unpickler.error("the pickle ends too early");
        } catch (IndexOutOfBoundsException | NoSuchElementException e) {
            throw unpickler.error("an instruction finds too little on the stack");
        } catch (ClassCastException | NullPointerException e) {
            throw unpickler.error("an instruction finds a value of another kind than it needs");
        } catch (NumberFormatException e) {
            throw unpickler.error("a number cannot be read");
        }
    }

    private PickleException error(String rule) {
        return new PickleException("[pickle] " + rule + "; at byte " + in.position());
    }

    private @Nullable Object run() {
        while (true) {
            int op = in.get() & 0xff;
            switch (op) {
                case 0x80 -> in.get();
                case 0x95 -> in.getLong();
                case '.' -> {
                    return pop();
                }
                case '(' -> marks.push(stack.size());
                case '0' -> pop();
                case '1' -> popMark();
                case '2' -> push(peek());
                case 'N' -> push(null);
                case 0x88 -> push(true);
                case 0x89 -> push(false);
                case 'I' -> integerLine();
                case 'J' -> push((long) in.getInt());
                case 'K' -> push((long) (in.get() & 0xff));
                case 'M' -> push((long) (in.getShort() & 0xffff));
                case 'L' -> {
                    String s = line();
                    push(integer(new BigInteger(s.endsWith("L") ? s.substring(0, s.length() - 1) : s)));
                }
                case 0x8a -> push(longBytes(in.get() & 0xff));
                case 0x8b -> push(longBytes(in.getInt()));
                case 'F' -> push(Double.valueOf(line()));
                case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.getLong())));
                case 'S' -> push(python2(quoted(line()).getBytes(StandardCharsets.ISO_8859_1)));
                case 'T' -> push(python2(bytes(in.getInt())));
                case 'U' -> push(python2(bytes(in.get() & 0xff)));
                case 'V' -> push(rawUnicode(line()));
                case 'X' -> push(new String(bytes(in.getInt()), StandardCharsets.UTF_8));
                case 0x8c -> push(new String(bytes(in.get() & 0xff), StandardCharsets.UTF_8));
                case 0x8d -> push(new String(bytes(in.getLong()), StandardCharsets.UTF_8));
                case 'B' -> push(bytes(in.getInt()));
                case 'C' -> push(bytes(in.get() & 0xff));
                case 0x8e, 0x96 -> push(bytes(in.getLong()));
                case ')', ']', 0x8f -> push(new ArrayList<>());
                case '}' -> push(new LinkedHashMap<>());
                case 'l', 't', 0x91 -> push(popMark());
                case 0x85 -> push(tuple(1));
                case 0x86 -> push(tuple(2));
                case 0x87 -> push(tuple(3));
                case 'd' -> {
                    List<@Nullable Object> items = popMark();
                    push(new LinkedHashMap<>());
                    putAll(items);
                }
                case 'a' -> {
                    Object item = pop();
                    list(peek()).add(item);
                }
                case 'e', 0x90 -> {
                    List<@Nullable Object> items = popMark();
                    list(peek()).addAll(items);
                }
                case 's' -> {
                    Object value = pop();
                    Object key = pop();
                    put(key, value);
                }
                case 'u' -> putAll(popMark());
                case 'p' -> memo.put(Integer.valueOf(line()), peek());
                case 'q' -> memo.put(in.get() & 0xff, peek());
                case 'r' -> memo.put(in.getInt(), peek());
                case 0x94 -> memo.put(memo.size(), peek());
                case 'g' -> push(recall(Integer.parseInt(line())));
                case 'h' -> push(recall(in.get() & 0xff));
                case 'j' -> push(recall(in.getInt()));
                case 'c' -> {
                    String module = line();
                    push(global(module, line()));
                }
                case 'i' -> {
                    String module = line();
                    Global g = global(module, line());
                    push(resolver.call(g.module, g.name, popMark()));
                }
                case 0x93 -> {
                    String name = (String) pop();
                    push(global(String.valueOf(pop()), String.valueOf(name)));
                }
                case 'R', 0x81 -> {
                    List<@Nullable Object> arguments = list(pop());
                    Global g = (Global) pop();
                    push(resolver.call(g.module, g.name, arguments));
                }
                case 'b' -> build(pop());
                case 'Q' -> push(resolver.persistent(pop()));
                case 'P' -> push(resolver.persistent(line()));
                default -> throw error("the instruction 0x" + Integer.toHexString(op) + " is not allowed");
            }
        }
    }

    private Global global(String module, String name) {
        if (!resolver.allows(module, name)) {
            throw error("the pickle asks for '" + module + "." + name
                    + "', which is not on the list of what such a file needs; it was refused and nothing was run");
        }
        return new Global(module, name);
    }

    /** Attributes of an object become entries; those of an ordered mapping (its metadata) are of no use here. */
    private void build(@Nullable Object state) {
        if (peek() instanceof ObjectState target) {
            target.fields().putAll(map(state));
        } else if (!(peek() instanceof Map)) {
            throw error("only objects and mappings may have attributes");
        }
    }

    private void push(@Nullable Object value) {
        stack.add(value);
    }

    private @Nullable Object pop() {
        if (!marks.isEmpty() && marks.peek() == stack.size()) {
            throw error("an instruction reaches over a mark");
        }
        return stack.removeLast();
    }

    private @Nullable Object peek() {
        return stack.getLast();
    }

    private List<@Nullable Object> popMark() {
        int mark = marks.pop();
        List<@Nullable Object> top = stack.subList(mark, stack.size());
        List<@Nullable Object> items = new ArrayList<>(top);
        top.clear();
        return items;
    }

    private List<@Nullable Object> tuple(int n) {
        List<@Nullable Object> items = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            items.addFirst(pop());
        }
        return items;
    }

    @SuppressWarnings("unchecked")
    private static List<@Nullable Object> list(@Nullable Object value) {
        return (List<@Nullable Object>) Objects.requireNonNull((List<?>) value, "list");
    }

    @SuppressWarnings("unchecked")
    private static Map<Object, @Nullable Object> map(@Nullable Object value) {
        return (Map<Object, @Nullable Object>) Objects.requireNonNull((Map<?, ?>) value, "map");
    }

    private void putAll(List<@Nullable Object> items) {
        if (items.size() % 2 != 0) {
            throw error("a mapping needs a value for each key");
        }
        for (int i = 0; i < items.size(); i += 2) {
            put(items.get(i), items.get(i + 1));
        }
    }

    private void put(@Nullable Object key, @Nullable Object value) {
        switch (key) {
            case String s -> map(peek()).put(s, value);
            case Long n -> map(peek()).put(n, value);
            case Boolean b -> map(peek()).put(b, value);
            case null, default -> throw error("keys must be strings or integers");
        }
    }

    private @Nullable Object recall(int index) {
        if (!memo.containsKey(index)) {
            throw error("the memo has no entry " + index);
        }
        return memo.get(index);
    }

    private byte[] bytes(long length) {
        if (length < 0 || length > in.remaining()) {
            throw error("a value of " + length + " bytes does not fit into the " + in.remaining() + " that are left");
        }
        byte[] out = new byte[(int) length];
        in.get(out);
        return out;
    }

    private Object longBytes(int length) {
        byte[] little = bytes(length);
        byte[] big = new byte[little.length];
        for (int i = 0; i < big.length; i++) {
            big[i] = little[little.length - 1 - i];
        }
        return big.length == 0 ? (Object) 0L : integer(new BigInteger(big));
    }

    private static Object integer(BigInteger value) {
        return value.bitLength() < 64 ? (Object) value.longValue() : value;
    }

    private void integerLine() {
        String s = line();
        push(s.equals("00") ? (Object) false : s.equals("01") ? (Object) true : integer(new BigInteger(s)));
    }

    private String line() {
        int start = in.position();
        while (in.get() != '\n') {
            if (in.position() - start > MAX_LINE) {
                throw error("a line may have at most " + MAX_LINE + " bytes");
            }
        }
        byte[] raw = new byte[in.position() - start - 1];
        in.get(start, raw);
        return new String(raw, StandardCharsets.ISO_8859_1);
    }

    /** A string of Python 2, whose encoding is not stored: UTF-8 where it is valid, else Latin-1. */
    private static String python2(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    /** A protocol-0 string: quoted, with Python's escapes. */
    private String quoted(String s) {
        if (s.length() < 2 || s.charAt(0) != s.charAt(s.length() - 1) || (s.charAt(0) != '\'' && s.charAt(0) != '"')) {
            throw error("a string must stand in quotes");
        }
        StringBuilder out = new StringBuilder();
        for (int i = 1; i < s.length() - 1; i++) {
            char c = s.charAt(i);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            char e = s.charAt(++i);
            switch (e) {
                case 'n' -> out.append('\n');
                case 't' -> out.append('\t');
                case 'r' -> out.append('\r');
                case 'x' -> {
                    out.append((char) Integer.parseInt(s.substring(i + 1, i + 3), 16));
                    i += 2;
                }
                case '\\', '\'', '"' -> out.append(e);
                default -> throw error("the escape \\" + e + " is not known");
            }
        }
        return out.toString();
    }

    /** A protocol-0 unicode line: Latin-1 with \\uXXXX and \\UXXXXXXXX. */
    private static String rawUnicode(String s) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < s.length(); i++) {
            char next = i + 1 < s.length() ? s.charAt(i + 1) : 0;
            int digits = s.charAt(i) != '\\' ? 0 : next == 'u' ? 4 : next == 'U' ? 8 : 0;
            if (digits == 0) {
                out.append(s.charAt(i));
            } else {
                out.appendCodePoint(Integer.parseInt(s.substring(i + 2, i + 2 + digits), 16));
                i += 1 + digits;
            }
        }
        return out.toString();
    }

    /** An object of an allowed class, as its attributes. */
    public record ObjectState(String type, Map<Object, @Nullable Object> fields) {
        /** Without attributes yet. */
        public static ObjectState of(String type) {
            return new ObjectState(type, new LinkedHashMap<>());
        }
    }
}
