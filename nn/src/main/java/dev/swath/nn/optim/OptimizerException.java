package dev.swath.nn.optim;

/** An optimizer was made or restored against a rule. The message reads {@code [adamw] rule; got ...}. */
public final class OptimizerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the whole message. */
    public OptimizerException(String message) {
        super(message);
    }
}
