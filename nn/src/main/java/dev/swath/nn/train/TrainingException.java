package dev.swath.nn.train;

/** A training run that cannot begin or go on; the message is one sentence that says what to do. Unchecked. */
public final class TrainingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With that sentence. */
    public TrainingException(String message) {
        super(message);
    }

    /** With that sentence and what lies beneath. */
    public TrainingException(String message, Throwable cause) {
        super(message, cause);
    }
}
