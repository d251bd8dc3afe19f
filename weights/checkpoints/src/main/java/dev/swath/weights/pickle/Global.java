package dev.swath.weights.pickle;

import dev.swath.files.Quoted;

/**
 * A name that a pickle asks for: a class or a function. It is never looked up.
 *
 * @param module where it is defined
 * @param name its name there
 */
public record Global(String module, String name) {
    /** {@code module.name}. */
    public String path() {
        return module + "." + name;
    }

    /** {@link #path}, fit for a message. */
    @Override
    public String toString() {
        return Quoted.text(path());
    }
}
