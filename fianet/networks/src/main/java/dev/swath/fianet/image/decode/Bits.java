package dev.swath.fianet.image.decode;

/** Samples out of packed bytes. */
final class Bits {
    private Bits() {}

    /** The sample number {@code i} of a row of samples of 1, 2, 4, 8 or 16 bits, the highest bits first. */
    static int sample(byte[] row, int i, int bits, boolean bigEndian) {
        switch (bits) {
            case 8 -> {
                return row[i] & 0xff;
            }
            case 16 -> {
                int first = row[2 * i] & 0xff;
                int second = row[2 * i + 1] & 0xff;
                return bigEndian ? first << 8 | second : second << 8 | first;
            }
            default -> {
                long bit = (long) i * bits;
                return row[(int) (bit >> 3)] >> (8 - bits - (int) (bit & 7)) & (1 << bits) - 1;
            }
        }
    }

    /**
     * Every {@code step}-th sample from number {@code from} on, {@code n} of them, into every {@code gap}-th place from
     * {@code at} on, each scaled to reach 255 or 65535.
     */
    static void unpack(
            byte[] row, int from, int step, int bits, boolean bigEndian, int[] line, int at, int gap, int n) {
        if (bits == 8 && step == 1 && gap == 1) {
            for (int x = 0; x < n; x++) {
                line[at + x] = row[from + x] & 0xff;
            }
        } else if (bits == 8) {
            for (int x = 0, i = from, to = at; x < n; x++, i += step, to += gap) {
                line[to] = row[i] & 0xff;
            }
        } else if (bits == 16) {
            int high = bigEndian ? 0 : 1;
            for (int x = 0, i = 2 * from, to = at; x < n; x++, i += 2 * step, to += gap) {
                line[to] = (row[i + high] & 0xff) << 8 | row[i + 1 - high] & 0xff;
            }
        } else {
            int mask = (1 << bits) - 1;
            int scale = scale(bits);
            for (int x = 0, to = at; x < n; x++, to += gap) {
                long bit = (long) bits * (from + x * step);
                line[to] = (row[(int) (bit >> 3)] >> (8 - bits - (int) (bit & 7)) & mask) * scale;
            }
        }
    }

    /** What a sample of fewer than 8 bits is multiplied by to reach 255; 1 for the others. */
    static int scale(int bits) {
        return bits < 8 ? 255 / ((1 << bits) - 1) : 1;
    }

    /** Whole bytes of so many bits. */
    static long bytes(long bits) {
        return (bits + 7) / 8;
    }
}
