package dev.swath.kernels.cuda;

/** The device or one of its libraries refused something; the message is one sentence, with the remedy where there is one. */
public final class CudaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    CudaException(String message, int status) {
        super(message);
        this.status = status;
    }

    CudaException(String message, Throwable cause) {
        super(message, cause);
        this.status = -1;
    }

    /** The driver's number of the error, or -1 where there is none. */
    public int status() {
        return status;
    }
}
