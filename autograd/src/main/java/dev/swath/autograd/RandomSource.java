package dev.swath.autograd;

import java.util.SplittableRandom;

/**
 * The one source of randomness of a run, passed explicitly. Its whole state is a seed and a count, so it can be saved and
 * restored. Each generator is drawn by the caller's thread, so results do not depend on the number of threads.
 */
public final class RandomSource {
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

    /** The source of one step of a run: what is drawn in it depends on the run's seed and the step's number alone. */
    public static RandomSource forStep(long seed, long step) {
        return new RandomSource(mix(seed ^ mix(step)));
    }

    /** A generator for one purpose, such as one dropout mask. */
    public SplittableRandom next() {
        // The generator itself steps through seeds at a fixed distance: without mixing, neighbours would overlap.
        return new SplittableRandom(mix(seed ^ mix(++draws)));
    }

    /** A bijection that spreads neighbouring numbers over all 64 bits (the finaliser of MurmurHash3). */
    private static long mix(long x) {
        long z = x + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 33) * 0xFF51AFD7ED558CCDL;
        z = (z ^ z >>> 33) * 0xC4CEB9FE1A85EC53L;
        return z ^ z >>> 33;
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
