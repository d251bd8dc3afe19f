package dev.swath.autograd;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An op that has run, with all that made its result: what {@link TapeListener#onCall} is told. Its tensors are those of the
 * pass: on an inference tape their memory is used again soon after, so what is to be kept must be copied at once.
 *
 * @param op its name, such as {@code attention}
 * @param path full name of the module that ran it
 * @param inputs everything that it has read, by the names of the op's arguments, optional ones that were absent left out: also
 *     what has no gradient, such as masks and running statistics
 * @param settings numbers and choices beside them, such as {@code heads}, {@code scale} and {@code eps}
 * @param output its result
 * @param flops multiplications and additions
 * @param kernel the class that computed it, or null where nothing was computed (a view)
 */
public record OpCall(
        String op,
        String path,
        Map<String, Var> inputs,
        Map<String, Object> settings,
        Var output,
        long flops,
        @Nullable Class<?> kernel) {
    /** Keeps the order of the names. */
    public OpCall {
        inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /** Whether the result is new memory and not a view of an input's. */
    public boolean isFresh() {
        return inputs.values().stream()
                .noneMatch(v -> v.value().storage() == output.value().storage());
    }
}
