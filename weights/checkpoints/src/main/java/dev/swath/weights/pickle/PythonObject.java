package dev.swath.weights.pickle;

import dev.swath.files.Quoted;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An object of a class that means nothing here, or what a call of such a function would give: what the pickle says of it is
 * kept, nothing is made or run. Two are equal only if they are the same.
 */
public final class PythonObject {
    private final String type;
    private final List<@Nullable Object> arguments;
    private @Nullable Map<Object, @Nullable Object> fields;
    private @Nullable Map<Object, @Nullable Object> items;

    /** Of a class or function, with the arguments of its call. */
    public PythonObject(String type, List<@Nullable Object> arguments) {
        this.type = type;
        this.arguments = arguments;
    }

    /** The class, as {@code module.name}. */
    public String type() {
        return type;
    }

    /** The arguments of the call that makes it. */
    public List<@Nullable Object> arguments() {
        return arguments;
    }

    /** Attributes by name, as far as they were given by a dictionary. */
    public Map<Object, @Nullable Object> fields() {
        return fields == null ? Map.of() : fields;
    }

    /** Entries, if it is a mapping: those that were set, or else those of the dictionary that it is made from. */
    public Map<?, ?> items() {
        if (items != null) {
            return items;
        }
        return arguments.size() == 1 && arguments.getFirst() instanceof Map<?, ?> map ? map : Map.of();
    }

    void addFields(Map<?, ?> named) {
        if (fields == null) {
            fields = new LinkedHashMap<>(0);
        }
        fields.putAll(named);
    }

    /** The entries to add to. */
    Map<Object, @Nullable Object> ownItems() {
        if (items == null) {
            items = new LinkedHashMap<>(0);
        }
        return items;
    }

    @Override
    public String toString() {
        return "an object of '" + Quoted.text(type) + "'";
    }
}
