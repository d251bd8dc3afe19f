package dev.swath.kernels;

/** The device that was asked for cannot be used; the message lists each reason. */
public final class BackendUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the whole sentence. */
    public BackendUnavailableException(String message) {
        super(message);
    }
}
