package dev.swath.fianet.inspect;

import dev.swath.nn.inspect.Picture;
import dev.swath.nn.inspect.Statistics;
import org.jspecify.annotations.Nullable;

/**
 * How much of the loss comes back to a module.
 *
 * @param name of what left it, as in {@link dev.swath.nn.inspect.Result#name}
 * @param norm Euclidean norm of the loss's gradient by what left the module; 0 where nothing came back
 * @param statistics of that gradient's elements, or null where nothing came back
 * @param picture of that gradient where it is a map's, or null
 * @param parameters Euclidean norm of the loss's gradient by the module's own parameters, those below it left out; 0 where it has none
 * @param weights Euclidean norm of those parameters
 */
public record ModuleGradient(
        String name,
        double norm,
        @Nullable Statistics statistics,
        @Nullable Picture picture,
        double parameters,
        double weights) {
    /** Whether anything came back. */
    public boolean isReached() {
        return statistics != null;
    }

    /** Root mean square of the gradient's elements: comparable between modules of different sizes. */
    public double rms() {
        return statistics == null ? 0 : norm / Math.sqrt(statistics.count());
    }
}
