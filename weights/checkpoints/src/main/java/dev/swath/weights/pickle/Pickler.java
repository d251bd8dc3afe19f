package dev.swath.weights.pickle;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Writes Python objects in pickle protocol 2 as CPython does for torch.save: the same opcodes, memo and batches.
 *
 * <p>Java values stand for Python ones: Map for dict, Collection for list, String, Long and Integer for int, Double for
 * float, Boolean, {@link #NONE}, and the records below. Only strings and globals are shared through the memo.
 */
public final class Pickler {
    /** Python's None. */
    public static final Object NONE = new Object() {
        @Override
        public String toString() {
            return "None";
        }
    };

    /** CPython writes the items of a container in groups of this many. */
    private static final int BATCH = 1000;

    /**
     * A tuple.
     *
     * @param items in order
     */
    public record Tuple(List<?> items) {
        /** Of these items. */
        public static Tuple of(Object... items) {
            return new Tuple(List.of(items));
        }
    }

    /**
     * A collections.OrderedDict.
     *
     * @param items in order
     * @param attributes its instance dictionary, empty for none
     */
    public record OrderedDict(Map<String, ?> items, Map<String, ?> attributes) {}

    /**
     * An argparse.Namespace.
     *
     * @param attributes by name
     */
    public record Namespace(Map<String, ?> attributes) {}

    /**
     * A contiguous tensor that fills its own storage.
     *
     * @param storageType class of the storage in the module torch, such as FloatStorage
     * @param key name of the storage in the archive
     * @param location device, such as cpu
     * @param shape extents
     */
    public record TensorRef(String storageType, String key, String location, List<Integer> shape) {
        long size() {
            return shape.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
        }
    }

    private record Global(String module, String name) {}

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);
    private final Map<Object, Integer> memo = new HashMap<>();
    private int memoSize;

    private Pickler() {}

    /** The pickle of one object. */
    public static byte[] of(Object value) {
        Pickler pickle = new Pickler();
        try {
            pickle.out.write(new byte[] {(byte) 0x80, 2});
            pickle.save(value);
            pickle.out.write('.');
            pickle.out.flush();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return pickle.bytes.toByteArray();
    }

    private void save(Object value) throws IOException {
        switch (value) {
            case String text -> string(text);
            case Integer number -> integer(number);
            case Long number -> integer(number);
            case Double number -> {
                out.write('G');
                out.writeDouble(number);
            }
            case Boolean flag -> out.write(flag ? 0x88 : 0x89);
            case Map<?, ?> dict -> {
                out.write('}');
                put();
                items(dict);
            }
            case Collection<?> list -> {
                out.write(']');
                put();
                appends(list);
            }
            case Tuple tuple -> tuple(tuple);
            case OrderedDict dict -> orderedDict(dict);
            case Namespace namespace -> {
                global(new Global("argparse", "Namespace"));
                out.write(')');
                out.write(0x81);
                put();
                save(namespace.attributes());
                out.write('b');
            }
            case TensorRef tensor -> tensor(tensor);
            default -> {
                if (value != NONE) {
                    throw new IllegalArgumentException("cannot pickle " + value.getClass());
                }
                out.write('N');
            }
        }
    }

    private void orderedDict(OrderedDict dict) throws IOException {
        global(new Global("collections", "OrderedDict"));
        out.write(')');
        out.write('R');
        put();
        items(dict.items());
        if (!dict.attributes().isEmpty()) {
            save(dict.attributes());
            out.write('b');
        }
    }

    /** A call of torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks). */
    private void tensor(TensorRef tensor) throws IOException {
        global(new Global("torch._utils", "_rebuild_tensor_v2"));
        out.write('(');
        out.write('(');
        string("storage");
        global(new Global("torch", tensor.storageType()));
        string(tensor.key());
        string(tensor.location());
        integer(tensor.size());
        out.write('t');
        put();
        out.write('Q');
        integer(0);
        tuple(new Tuple(tensor.shape()));
        tuple(new Tuple(strides(tensor.shape())));
        out.write(0x89);
        orderedDict(new OrderedDict(Map.of(), Map.of()));
        out.write('t');
        put();
        out.write('R');
        put();
    }

    private static List<Integer> strides(List<Integer> shape) {
        Integer[] strides = new Integer[shape.size()];
        int stride = 1;
        for (int axis = shape.size() - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= shape.get(axis);
        }
        return List.of(strides);
    }

    private void tuple(Tuple tuple) throws IOException {
        int size = tuple.items().size();
        if (size == 0) {
            out.write(')');
            return;
        }
        if (size > 3) {
            out.write('(');
        }
        for (Object item : tuple.items()) {
            save(item);
        }
        out.write(size > 3 ? 't' : 0x84 + size);
        put();
    }

    private void items(Map<?, ?> map) throws IOException {
        Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
        for (int left = map.size(); left > 0; left -= BATCH) {
            int count = Math.min(left, BATCH);
            if (count > 1) {
                out.write('(');
            }
            for (int i = 0; i < count; i++) {
                Map.Entry<?, ?> entry = entries.next();
                save(entry.getKey());
                save(entry.getValue());
            }
            out.write(count > 1 ? 'u' : 's');
        }
    }

    private void appends(Collection<?> list) throws IOException {
        Iterator<?> values = list.iterator();
        for (int left = list.size(); left > 0; left -= BATCH) {
            int count = Math.min(left, BATCH);
            if (count > 1) {
                out.write('(');
            }
            for (int i = 0; i < count; i++) {
                save(values.next());
            }
            out.write(count > 1 ? 'e' : 'a');
        }
    }

    private void integer(long value) throws IOException {
        if (value >= 0 && value <= 0xff) {
            out.write('K');
            out.write((int) value);
        } else if (value >= 0 && value <= 0xffff) {
            out.write('M');
            out.write((int) value);
            out.write((int) (value >>> 8));
        } else {
            out.write('J');
            out.writeInt(Integer.reverseBytes(Math.toIntExact(value)));
        }
    }

    private void string(String text) throws IOException {
        if (!get(text)) {
            byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
            out.write('X');
            out.writeInt(Integer.reverseBytes(encoded.length));
            out.write(encoded);
            memo.put(text, memoSize);
            put();
        }
    }

    private void global(Global global) throws IOException {
        if (!get(global)) {
            out.write('c');
            out.write((global.module() + "\n" + global.name() + "\n").getBytes(StandardCharsets.US_ASCII));
            memo.put(global, memoSize);
            put();
        }
    }

    /** Fetches a string or global written before; says whether there was one. */
    private boolean get(Object key) throws IOException {
        Integer index = memo.get(key);
        if (index == null) {
            return false;
        }
        memoOpcode('h', 'j', index);
        return true;
    }

    /** Numbers the object on top of the stack. */
    private void put() throws IOException {
        memoOpcode('q', 'r', memoSize++);
    }

    private void memoOpcode(int small, int large, int index) throws IOException {
        if (index < 256) {
            out.write(small);
            out.write(index);
        } else {
            out.write(large);
            out.writeInt(Integer.reverseBytes(index));
        }
    }
}
