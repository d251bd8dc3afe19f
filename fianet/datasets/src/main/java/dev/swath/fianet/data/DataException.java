package dev.swath.fianet.data;

/** A data set that cannot be used as it is; the message is one sentence that names the file and the rule. */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** With that sentence. */
    public DataException(String message) {
        super(message);
    }

    /** With that sentence and what lies beneath. */
    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
