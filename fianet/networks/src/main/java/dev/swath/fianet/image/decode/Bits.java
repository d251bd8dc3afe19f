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

    /** What a sample of fewer than 8 bits is multiplied by to reach 255; 1 for the others. */
    static int scale(int bits) {
        return bits < 8 ? 255 / ((1 << bits) - 1) : 1;
    }

    /** Whole bytes of so many bits. */
    static long bytes(long bits) {
        return (bits + 7) / 8;
    }
}
