package dev.swath.autograd;

import dev.swath.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The random draws of one pass. Their seed and the number of the first lie in the memory of the tape's device, so that the
 * same kernels, run again with other numbers there, draw afresh.
 */
public final class Draws {
    private final RandomSource source;
    private final long first;
    private final @Nullable Tensor state;

    Draws(RandomSource source, @Nullable Tensor state) {
        this.source = source;
        this.first = source.draws();
        this.state = state;
    }

    /** What {@link #state} holds for a pass that begins with the source as it is: i64 (2), the seed and the first draw. */
    static Tensor state(RandomSource source) {
        return Tensor.of(new long[] {source.seed(), source.draws()}, 2);
    }

    /** i64 (2) on the tape's device: the seed, and the number of the first draw. There in training mode only. */
    public Tensor state() {
        if (state == null) {
            throw new OpException("dropout", "random numbers are drawn in training mode only", "evaluation mode", "");
        }
        return state;
    }

    /** The number of a new draw, counted from the first of the pass. */
    public long next() {
        return source.take() - first;
    }

    /**
     * Gives a recorded pass, before it is run again, the next draws of {@code from} in place of those that it was recorded
     * with, and takes them from there.
     */
    void renew(RandomSource from) {
        state().copyFrom(state(from));
        from.goTo(from.draws() + source.draws() - first);
    }

    /** Where the source stands. */
    long mark() {
        return source.draws();
    }

    /** Goes to where it stood before. */
    void goTo(long mark) {
        source.goTo(mark);
    }
}
