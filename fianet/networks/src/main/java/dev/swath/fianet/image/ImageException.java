package dev.swath.fianet.image;

/** An image cannot be used; the message is one sentence that names the file and the rule. */
public final class ImageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the whole sentence. */
    public ImageException(String message) {
        super(message);
    }

    /** With the whole sentence and what a library said, which is for those who look for the cause. */
    public ImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
