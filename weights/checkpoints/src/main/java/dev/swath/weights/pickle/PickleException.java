package dev.swath.weights.pickle;

import dev.swath.files.Quoted;

/** A pickle is broken or asks for something that is not allowed; the message names the position and the rule. */
public final class PickleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the whole sentence, which is shown as {@link Quoted#rule} does. */
    public PickleException(String message) {
        super(Quoted.rule(message));
    }
}
