package dev.swath.fianet.data;

import dev.swath.files.Quoted;

/**
 * A data set that cannot be used as it is; the message is one sentence that names the file and the rule, without control
 * characters and cut at {@link Quoted#MAX_RULE}.
 */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** With that sentence. */
    public DataException(String message) {
        super(Quoted.rule(message));
    }

    /** With that sentence and what lies beneath. */
    public DataException(String message, Throwable cause) {
        super(Quoted.rule(message), cause);
    }
}
