package dev.swath.kernels;

import java.util.random.RandomGenerator;

/**
 * Philox 4x32-10, a random generator without a state that moves (Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3,
 * 2011): a key and a counter give four words, so any element of any draw can be had in any order, on any processor, with the
 * same bits. The key is a run's seed; the counter's upper half is the number of the draw, its lower half the number of the
 * block of four elements.
 */
public final class Philox {
    private static final int MULTIPLIER_0 = 0xD2511F53;
    private static final int MULTIPLIER_1 = 0xCD9E8D57;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;

    private Philox() {}

    /**
     * The four words of one counter.
     *
     * @param seed the key
     * @param draw upper half of the counter
     * @param block lower half of the counter; elements 4 block to 4 block + 3
     * @param out four words, =
     */
    public static void block(long seed, long draw, long block, int[] out) {
        int c0 = (int) block;
        int c1 = (int) (block >>> 32);
        int c2 = (int) draw;
        int c3 = (int) (draw >>> 32);
        int k0 = (int) seed;
        int k1 = (int) (seed >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long p0 = (MULTIPLIER_0 & 0xFFFFFFFFL) * (c0 & 0xFFFFFFFFL);
            long p1 = (MULTIPLIER_1 & 0xFFFFFFFFL) * (c2 & 0xFFFFFFFFL);
            c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
            c1 = (int) p1;
            c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
            c3 = (int) p0;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        out[0] = c0;
        out[1] = c1;
        out[2] = c2;
        out[3] = c3;
    }

    /** The words of one draw one after another, two a number, as a generator of the JDK; for one thread. */
    public static RandomGenerator stream(long seed, long draw) {
        return new RandomGenerator() {
            private final int[] words = new int[4];
            private long next;

            @Override
            public long nextLong() {
                int at = (int) (next % 2) * 2;
                if (at == 0) {
                    block(seed, draw, next / 2, words);
                }
                next++;
                return words[at] & 0xFFFFFFFFL | (long) words[at + 1] << 32;
            }
        };
    }

    /** The least word, as an unsigned number, with which an element of probability {@code rate} to be dropped is kept. */
    public static long threshold(double rate) {
        return (long) Math.ceil(rate * 0x1p32);
    }
}
