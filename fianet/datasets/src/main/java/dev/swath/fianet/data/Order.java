package dev.swath.fianet.data;

import java.util.SplittableRandom;

/** Orders and random numbers that depend on seed, epoch and sample only. */
final class Order {
    private static final long EPOCH = 0x9E3779B97F4A7C15L;
    private static final long SAMPLE = 0xBF58476D1CE4E5B9L;

    private Order() {}

    /** A uniform permutation of 0 to {@code n - 1}. */
    static int[] of(int n, SplittableRandom random) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    /** The permutation of an epoch. */
    static int[] ofEpoch(int n, long seed, int epoch) {
        return of(n, random(seed, epoch, -1));
    }

    /** The generator for one sample in one epoch. */
    static SplittableRandom random(long seed, int epoch, int index) {
        // The first draw of each generator is a good mixture of its seed, so the three parts cannot cancel out.
        long mixed = new SplittableRandom(seed + EPOCH * epoch).nextLong();
        return new SplittableRandom(new SplittableRandom(mixed ^ SAMPLE * index).nextLong());
    }
}
