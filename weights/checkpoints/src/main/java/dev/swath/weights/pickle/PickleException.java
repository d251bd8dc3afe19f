package dev.swath.weights.pickle;

/** A pickle is broken or asks for something that is not allowed; the message names the position and the rule. */
public final class PickleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the whole sentence. */
    public PickleException(String message) {
        super(message);
    }
}
