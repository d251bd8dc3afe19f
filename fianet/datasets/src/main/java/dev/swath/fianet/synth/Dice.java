package dev.swath.fianet.synth;

import java.util.List;
import java.util.SplittableRandom;

/** Random choices of one scene. */
final class Dice {
    private final SplittableRandom random;

    Dice(long seed) {
        random = new SplittableRandom(seed);
    }

    /** A generator for scene {@code index} of a run, and for the attempt after a scene that had nothing to say. */
    static Dice of(long seed, long index, int attempt) {
        return new Dice(mix(seed + 0x9E3779B97F4A7C15L * mix(index + 0x632BE59BD9B4E019L * (attempt + 1))));
    }

    /** Spreads a number's bits over all 64. */
    static long mix(long z) {
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    double range(double from, double to) {
        return from + (to - from) * random.nextDouble();
    }

    /** From {@code from} to {@code to}, both included. */
    int count(int from, int to) {
        return random.nextInt(from, to + 1);
    }

    boolean chance(double share) {
        return random.nextDouble() < share;
    }

    <T> T pick(List<T> items) {
        return items.get(random.nextInt(items.size()));
    }

    int pick(int[] items) {
        return items[random.nextInt(items.length)];
    }

    /** A number from 0 to weights.length - 1, as often as its weight says. */
    int weighted(double... weights) {
        double sum = 0;
        for (double w : weights) {
            sum += w;
        }
        double at = random.nextDouble() * sum;
        for (int i = 0; i < weights.length - 1; i++) {
            at -= weights[i];
            if (at < 0) {
                return i;
            }
        }
        return weights.length - 1;
    }

    <T> void shuffle(List<T> items) {
        for (int i = items.size() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            T t = items.get(i);
            items.set(i, items.get(j));
            items.set(j, t);
        }
    }

    int variant() {
        return random.nextInt() & Integer.MAX_VALUE;
    }

    long seed() {
        return random.nextLong();
    }
}
