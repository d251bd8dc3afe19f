package dev.swath.weights.pickle;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads Python pickles, protocols 0 to 5, into {@code Map}, {@code List} (tuples and sets too), {@code String},
 * {@code byte[]}, {@code Long}, {@code BigInteger}, {@code Double}, {@code Boolean} and null; a name is a {@link Global}, an
 * object of a class that the {@link Resolver} does not know a {@link PythonObject}. Nothing is executed.
 *
 * <p>Values may hold themselves, and one value many times: whoever walks them must bound the walk. Memory and work go by
 * the length of the pickle, which {@link #read(ByteBuffer, Resolver, long)} bounds further.
 */
public final class Unpickler {
    /** A pickle may make so many values more than it has bytes: a copy of a mapping counts by its entries. */
    private static final long SPARE_VALUES = 1_000_000;

    /** What stands where a key is no string, number or truth value: equal to itself alone, for such a key may hold itself. */
    private record OtherKey(int number) {}

    private final PickleInput in;
    private final Resolver resolver;
    private final Map<Integer, @Nullable Object> memo = new HashMap<>();
    private final ArrayList<@Nullable Object> stack = new ArrayList<>();
    private final Deque<Integer> marks = new ArrayDeque<>();
    private final long most;
    private long values;
    private int otherKeys;

    private Unpickler(ByteBuffer in, Resolver resolver, long most) {
        this.in = new PickleInput(in);
        this.resolver = resolver;
        this.most = most;
    }

    /** Reads one pickle from the buffer's position on and leaves the position behind it. */
    public static @Nullable Object read(ByteBuffer in, Resolver resolver) {
        return read(in, resolver, in.remaining());
    }

    /** The same for a pickle that took {@code stored} bytes in its file, packed or not: it may make as many values and a million more. */
    public static @Nullable Object read(ByteBuffer in, Resolver resolver, long stored) {
        return new Unpickler(in, resolver, stored + SPARE_VALUES).run();
    }

    private void spend(long n) {
        values += n;
        if (values > most) {
            throw in.error("the pickle makes more than the " + most + " values that a file of its size can need");
        }
    }

    private @Nullable Object run() {
        while (true) {
            int op = in.u8();
            switch (op) {
                case 0x80 -> in.u8();
                case 0x95 -> in.i64();
                case '.' -> {
                    return pop();
                }
                case '(' -> {
                    spend(1);
                    marks.push(stack.size());
                }
                case '0' -> discard();
                case '1' -> popMark();
                case '2' -> push(target());
                case 'N' -> push(null);
                case 0x88 -> push(true);
                case 0x89 -> push(false);
                case 'I' -> push(in.number());
                case 'J' -> push((long) in.i32());
                case 'K' -> push((long) in.u8());
                case 'M' -> push((long) in.u16());
                case 'L' -> push(in.longLine());
                case 0x8a -> push(in.longBytes(in.u8()));
                case 0x8b -> push(in.longBytes(in.u32()));
                case 'F' -> push(in.floatLine());
                case 'G' -> push(in.bigEndianDouble());
                case 'S' -> push(in.quotedLine());
                case 'T' -> push(PickleInput.python2(in.bytes(in.u32())));
                case 'U' -> push(PickleInput.python2(in.bytes(in.u8())));
                case 'V' -> push(in.unicodeLine());
                case 'X' -> push(in.utf8(in.u32()));
                case 0x8c -> push(in.utf8(in.u8()));
                case 0x8d -> push(in.utf8(in.i64()));
                case 'B' -> push(in.bytes(in.u32()));
                case 'C' -> push(in.bytes(in.u8()));
                case 0x8e, 0x96 -> push(in.bytes(in.i64()));
                case ')', ']', 0x8f -> push(new ArrayList<>(0));
                case '}' -> push(new LinkedHashMap<>(0));
                case 'l', 't', 0x91 -> push(popMark());
                case 0x85 -> push(tuple(1));
                case 0x86 -> push(tuple(2));
                case 0x87 -> push(tuple(3));
                default -> {
                    if (!container(op) && !object(op) && !memo(op)) {
                        throw in.error("the instruction 0x" + Integer.toHexString(op) + " is not one of a pickle");
                    }
                }
            }
        }
    }

    /** Instructions that fill lists, sets and mappings. */
    private boolean container(int op) {
        switch (op) {
            case 'd' -> {
                List<@Nullable Object> entries = popMark();
                push(new LinkedHashMap<>(0));
                putAll(entries);
            }
            case 'a' -> {
                Object item = pop();
                if (target() instanceof List<?> list) {
                    open(list).add(item);
                }
            }
            case 'e', 0x90 -> {
                List<@Nullable Object> items = popMark();
                if (target() instanceof List<?> list) {
                    open(list).addAll(items);
                }
            }
            case 's' -> {
                Object value = pop();
                Object key = pop();
                putAll(Arrays.asList(key, value));
            }
            case 'u' -> putAll(popMark());
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Instructions that name classes and functions, call them, and give attributes: all of it is written down, none done. */
    private boolean object(int op) {
        switch (op) {
            case 'c' -> {
                String module = in.utf8Line();
                push(global(module, in.utf8Line()));
            }
            case 0x93 -> {
                Object name = pop();
                Object module = pop();
                if (!(module instanceof String m) || !(name instanceof String n)) {
                    throw in.error("a class must be named by two strings");
                }
                push(global(m, n));
            }
            case 'i' -> {
                String module = in.utf8Line();
                Global callee = global(module, in.utf8Line());
                push(call(callee, popMark()));
            }
            case 'o' -> {
                List<@Nullable Object> all = popMark();
                if (all.isEmpty()) {
                    throw in.error("an object needs a class");
                }
                push(call(all.getFirst(), all.subList(1, all.size())));
            }
            case 'R', 0x81 -> {
                List<@Nullable Object> arguments = arguments();
                push(call(pop(), arguments));
            }
            case 0x92 -> {
                pop();
                List<@Nullable Object> arguments = arguments();
                push(call(pop(), arguments));
            }
            case 'b' -> build(pop());
            case 'Q' -> push(resolver.persistent(pop()));
            case 'P' -> push(resolver.persistent(in.utf8Line()));
            case 0x82, 0x83, 0x84 -> {
                long code = op == 0x82 ? in.u8() : op == 0x83 ? in.u16() : in.u32();
                push(global("copyreg", "extension " + code));
            }
            case 0x97 -> push(call(global("pickle", "buffer outside of the file"), List.of()));
            case 0x98 -> target();
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Instructions that write a value down for later, or fetch one. */
    private boolean memo(int op) {
        switch (op) {
            case 'p' -> keep(in.index());
            case 'q' -> keep(in.u8());
            case 'r' -> keep(in.i32());
            case 0x94 -> keep(memo.size());
            case 'g' -> push(recall(in.index()));
            case 'h' -> push(recall(in.u8()));
            case 'j' -> push(recall(in.i32()));
            default -> {
                return false;
            }
        }
        return true;
    }

    private Global global(String module, String name) {
        Global global = new Global(module, name);
        if (!resolver.allows(global)) {
            throw in.error("the pickle asks for '" + global
                    + "', which is not on the list of what such a file needs; it was refused and nothing was run");
        }
        return global;
    }

    private @Nullable Object call(@Nullable Object callee, List<@Nullable Object> arguments) {
        // A resolver may copy what the first argument holds, as OrderedDict does.
        spend(arguments.isEmpty() ? 0 : size(arguments.getFirst()));
        return switch (callee) {
            case Global g -> resolver.call(g, arguments);
            case PythonObject o -> new PythonObject(o.type(), arguments);
            case null, default -> throw in.error("only a class or a function can be called");
        };
    }

    private static int size(@Nullable Object value) {
        return switch (value) {
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            case null, default -> 0;
        };
    }

    /** The attributes of an object are kept if they are a dictionary; those of a mapping (its metadata) are of no use here. */
    private void build(@Nullable Object state) {
        if (target() instanceof PythonObject object) {
            Object named = state instanceof List<?> pair && pair.size() == 2 ? pair.getFirst() : state;
            if (named instanceof Map<?, ?> map) {
                spend(map.size());
                object.addFields(map);
            }
        }
    }

    private void push(@Nullable Object value) {
        spend(1);
        stack.add(value);
    }

    private @Nullable Object pop() {
        if (!marks.isEmpty() && marks.element() == stack.size()) {
            throw in.error("an instruction reaches over a mark");
        }
        target();
        return stack.removeLast();
    }

    /** POP, which takes a mark too. */
    private void discard() {
        if (!marks.isEmpty() && marks.element() == stack.size()) {
            marks.pop();
        } else {
            pop();
        }
    }

    /** The value on top of the stack. */
    private @Nullable Object target() {
        if (stack.isEmpty()) {
            throw in.error("an instruction finds too little on the stack");
        }
        return stack.getLast();
    }

    private List<@Nullable Object> popMark() {
        if (marks.isEmpty() || marks.element() > stack.size()) {
            throw in.error("an instruction finds no mark");
        }
        List<@Nullable Object> top = stack.subList(marks.pop(), stack.size());
        List<@Nullable Object> items = new ArrayList<>(top);
        top.clear();
        return items;
    }

    private List<@Nullable Object> tuple(int n) {
        Object[] items = new Object[n];
        for (int i = n - 1; i >= 0; i--) {
            items[i] = pop();
        }
        return new ArrayList<>(Arrays.asList(items));
    }

    private List<@Nullable Object> arguments() {
        if (pop() instanceof List<?> list) {
            return open(list);
        }
        throw in.error("a call needs a tuple of arguments");
    }

    @SuppressWarnings("unchecked")
    private static List<@Nullable Object> open(List<?> list) {
        return (List<@Nullable Object>) list;
    }

    @SuppressWarnings("unchecked")
    private static Map<Object, @Nullable Object> open(Map<?, ?> map) {
        return (Map<Object, @Nullable Object>) map;
    }

    /** Keys and values in turn into the mapping on top of the stack. */
    private void putAll(List<@Nullable Object> entries) {
        if (entries.size() % 2 != 0) {
            throw in.error("a mapping needs a value for each key");
        }
        Map<Object, @Nullable Object> into =
                switch (target()) {
                    case Map<?, ?> map -> open(map);
                    case PythonObject object -> object.ownItems();
                    case null, default -> throw in.error("only a mapping has entries");
                };
        for (int i = 0; i < entries.size(); i += 2) {
            into.put(key(entries.get(i)), entries.get(i + 1));
        }
    }

    private Object key(@Nullable Object key) {
        return switch (key) {
            case String s -> s;
            case Long n -> n;
            case Boolean b -> b;
            case Double d -> d;
            case BigInteger n -> n;
            case null, default -> new OtherKey(otherKeys++);
        };
    }

    private void keep(int index) {
        spend(1);
        memo.put(index, target());
    }

    private @Nullable Object recall(int index) {
        if (!memo.containsKey(index)) {
            throw in.error("the memo has no entry " + index);
        }
        return memo.get(index);
    }
}
