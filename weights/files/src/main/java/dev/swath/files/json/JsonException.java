package dev.swath.files.json;

/** A text is not the JSON that was expected; the message names the position and the rule. */
public final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the whole sentence. */
    public JsonException(String message) {
        super(message);
    }
}
