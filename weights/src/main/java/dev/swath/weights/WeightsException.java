package dev.swath.weights;

import java.nio.file.Path;

/** A checkpoint breaks a rule of its format, or does not fit. One sentence: file, place, rule. Unchecked. */
public final class WeightsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the whole sentence. */
    public WeightsException(String message) {
        super(message);
    }

    /** For a rule that {@code file} breaks. */
    static WeightsException in(Path file, String rule) {
        return new WeightsException("[weights] " + file + ": " + rule);
    }
}
