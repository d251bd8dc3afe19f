package dev.swath.fianet.image.decode;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** TIFF's PackBits: runs of one byte, and stretches as they are. */
final class PackBitsStream extends InputStream {
    private static final int NOTHING = 128;

    private final InputStream in;
    private int left;
    private int repeated = -1;

    PackBitsStream(InputStream in) {
        this.in = new BufferedInputStream(in, 1 << 12);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int from, int n) throws IOException {
        if (n == 0) {
            return 0;
        }
        while (left == 0) {
            int head = in.read();
            if (head < 0) {
                return -1;
            }
            if (head != NOTHING) {
                left = head < NOTHING ? head + 1 : 257 - head;
                repeated = head < NOTHING ? -1 : in.read();
                if (head > NOTHING && repeated < 0) {
                    throw new EOFException();
                }
            }
        }
        int some = Math.min(n, left);
        if (repeated < 0) {
            some = in.read(to, from, some);
            if (some < 0) {
                throw new EOFException();
            }
        } else {
            Arrays.fill(to, from, from + some, (byte) repeated);
        }
        left -= some;
        return some;
    }
}
