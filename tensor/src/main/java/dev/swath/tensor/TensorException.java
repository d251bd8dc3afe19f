package dev.swath.tensor;

/** A rule about shapes, element types or views was broken. The message reads {@code [operation] rule; got ...}. */
public final class TensorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception for {@code operation} with the broken rule and what was got instead. */
    public TensorException(String operation, String rule, String got) {
        super("[" + operation + "] " + rule + "; got " + got);
    }
}
