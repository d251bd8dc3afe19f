package dev.swath.nn;

import java.util.ArrayList;
import java.util.List;

/**
 * Modules under the names 0, 1, 2, ...
 *
 * @param <M> their type
 */
public final class ModuleList<M extends Module> extends Module {
    private final List<M> items = new ArrayList<>();

    /** An empty list. */
    public ModuleList() {}

    /** Appends a module. */
    public ModuleList<M> add(M module) {
        items.add(child(Integer.toString(items.size()), module));
        return this;
    }

    /** The modules. */
    public List<M> items() {
        return List.copyOf(items);
    }

    /** One of them. */
    public M get(int i) {
        return items.get(i);
    }

    /** How many there are. */
    public int size() {
        return items.size();
    }
}
