package dev.swath.weights;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A checkpoint breaks a rule of its format, or does not fit. One sentence: file, place, rule. Unchecked. */
public final class WeightsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final int MAX_RULE = 600;

    /** With the whole sentence. */
    public WeightsException(String message) {
        super(message);
    }

    /** For a rule that {@code file} breaks. What the rule quotes from the file stays on one line and is cut if it is long. */
    static WeightsException in(Path file, @Nullable String rule) {
        String line = String.valueOf(rule).replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
        return new WeightsException(
                "[weights] " + file + ": " + (line.length() > MAX_RULE ? line.substring(0, MAX_RULE) + "..." : line));
    }
}
