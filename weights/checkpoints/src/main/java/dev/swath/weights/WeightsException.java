package dev.swath.weights;

import dev.swath.files.Quoted;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A checkpoint breaks a rule of its format, or does not fit. One sentence: file, place, rule. Unchecked. */
public final class WeightsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the whole sentence, which is shown as {@link Quoted#sentence} does. */
    public WeightsException(String message) {
        super(Quoted.sentence(message));
    }

    /** For a rule that {@code file} breaks. What the rule quotes from the file stays on one line and is cut if it is long. */
    static WeightsException in(Path file, @Nullable String rule) {
        return new WeightsException("[weights] " + Quoted.path(file) + ": " + Quoted.rule(rule));
    }
}
