package dev.swath.fianet.text;

/** A sentence, tagger file or mask file cannot be used; the message is one sentence. */
public final class ExpressionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the whole sentence. */
    public ExpressionException(String message) {
        super(message);
    }
}
