package dev.swath.files.json;

import dev.swath.files.Quoted;

/** A text is not the JSON that was expected; the message names the position and the rule. */
public final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the whole sentence, which is shown as {@link Quoted#sentence} does. */
    public JsonException(String message) {
        super(Quoted.sentence(message));
    }
}
