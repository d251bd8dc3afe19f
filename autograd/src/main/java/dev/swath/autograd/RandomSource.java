package dev.swath.autograd;

import dev.swath.kernels.Philox;
import java.util.random.RandomGenerator;

/**
 * The one source of randomness of a run, passed explicitly. Its whole state is a seed and a count of draws, so it can be saved
 * and restored; draw n of a seed is the same numbers whatever was drawn before, on every backend ({@link Philox}).
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

    /** The numbers of the next draw, for one purpose, such as the first values of one parameter. */
    public RandomGenerator next() {
        return Philox.stream(seed, take());
    }

    /** Takes the next draw: its number, from 0. */
    public long take() {
        return draws++;
    }

    /** The next draw becomes number {@code number}. */
    void goTo(long number) {
        draws = number;
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

    /** How many draws were taken: with the seed, the whole state. */
    public long draws() {
        return draws;
    }
}
