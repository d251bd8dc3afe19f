package dev.swath.fianet.inspect;

/** A network cannot be looked into as asked; the message says why in a sentence. */
public final class InspectionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the whole sentence. */
    public InspectionException(String message) {
        super(message);
    }
}
