package dev.swath.nn;

/** A module is used against its rules; the message names the module or parameter. */
public final class ModuleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the whole sentence. */
    public ModuleException(String message) {
        super(message);
    }
}
