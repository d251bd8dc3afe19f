package dev.swath.autograd;

/** A rule of an op was broken. The message reads {@code [op] rule; got ...; at module.path}. */
public final class OpException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String path;

    /** For {@code op}, with the broken rule, what was got, and the path of the module that called it (may be empty). */
    public OpException(String op, String rule, String got, String path) {
        super("[" + op + "] " + rule + "; got " + got + (path.isEmpty() ? "" : "; at " + path));
        this.path = path;
    }

    /** Path of the module in which it happened, such as {@code bert.encoder.layer.3}; empty outside of modules. */
    public String path() {
        return path;
    }
}
