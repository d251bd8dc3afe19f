package dev.swath.autograd;

import java.util.SplittableRandom;

/** The one source of randomness of a run, passed explicitly. Its state can be saved and restored. */
public final class RandomSource {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private final long seed;
    private long draws;

    /** Starts at the beginning of the sequence of this seed. */
    public RandomSource(long seed) {
        this(seed, 0);
    }

    /** Continues the sequence of this seed after {@code draws} draws. */
    public RandomSource(long seed, long draws) {
        this.seed = seed;
        this.draws = draws;
    }

    /** A generator for one purpose, such as one dropout mask. */
    public SplittableRandom next() {
        return new SplittableRandom(seed + GOLDEN_GAMMA * ++draws);
    }

    /** The seed. */
    public long seed() {
        return seed;
    }

    /** How many generators were drawn: with the seed, the whole state. */
    public long draws() {
        return draws;
    }
}
