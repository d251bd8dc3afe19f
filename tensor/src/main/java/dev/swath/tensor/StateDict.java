package dev.swath.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Ordered names to tensors, as a checkpoint holds them. An entry may be lazy: its type and shape are known at once, its
 * elements are read when {@link #get} is called, and they are not kept.
 */
public final class StateDict {
    /** Reads the elements of one entry; may be called more than once. */
    @FunctionalInterface
    public interface Reader {
        /** The elements; f32 ones in an array that {@code memory} gives, which may be longer than asked for. */
        Tensor read(IntFunction<float[]> memory);
    }

    /**
     * One entry.
     *
     * @param dtype element type
     * @param shape extents
     * @param reader reads the elements
     */
    public record Entry(DType dtype, Shape shape, Reader reader) {
        /** Reads the elements into memory of their own. */
        public Tensor read() {
            return reader.read(float[]::new);
        }
    }

    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** Creates an empty one. */
    public StateDict() {}

    /** Adds a tensor under a name that is not yet taken. */
    public StateDict put(String name, Tensor tensor) {
        return put(name, new Entry(tensor.dtype(), tensor.shape(), _ -> tensor));
    }

    /** Adds an entry under a name that is not yet taken. */
    public StateDict put(String name, Entry entry) {
        if (entries.putIfAbsent(name, entry) != null) {
            throw new TensorException("state_dict", "a name may occur once", "'" + name + "' twice");
        }
        return this;
    }

    /** The tensor of that name; throws if there is none. */
    public Tensor get(String name) {
        return entry(name).read();
    }

    /** The entry of that name; throws if there is none. */
    public Entry entry(String name) {
        return find(name).orElseThrow(() -> new TensorException("state_dict", "the name must exist", "'" + name + "'"));
    }

    /** The entry of that name, if there is one. */
    public Optional<Entry> find(String name) {
        return Optional.ofNullable(entries.get(name));
    }

    /** Whether there is an entry of that name. */
    public boolean contains(String name) {
        return entries.containsKey(name);
    }

    /** The names, in order. */
    public Set<String> names() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    /** Number of entries. */
    public int size() {
        return entries.size();
    }

    /** The entries whose name starts with {@code prefix}, with the prefix taken off. */
    public StateDict under(String prefix) {
        StateDict out = new StateDict();
        entries.forEach((name, entry) -> {
            if (name.startsWith(prefix)) {
                out.put(name.substring(prefix.length()), entry);
            }
        });
        return out;
    }

    /** The names that start with {@code prefix}, whole. */
    public List<String> namesUnder(String prefix) {
        List<String> out = new ArrayList<>();
        for (String name : entries.keySet()) {
            if (name.startsWith(prefix)) {
                out.add(name);
            }
        }
        return out;
    }
}
