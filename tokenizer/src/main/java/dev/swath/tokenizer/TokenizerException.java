package dev.swath.tokenizer;

/** A vocabulary or an argument breaks a rule; the message is one sentence. */
public final class TokenizerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the whole sentence. */
    public TokenizerException(String message) {
        super(message);
    }
}
