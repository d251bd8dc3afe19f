package dev.swath.fianet.image.decode;

import java.io.IOException;
import java.io.InputStream;

/** TIFF's LZW: codes of 9 to 12 bits, the highest bit first; or, as old programs wrote it, the lowest first. */
final class LzwStream extends InputStream {
    private static final int CLEAR = 256;
    private static final int END = 257;
    private static final int FIRST = 258;
    private static final int CODES = 4096;

    private final InputStream in;
    private final ByteSource source;
    private final boolean old;
    private final byte[] buffer = new byte[1 << 12];
    private int bufferAt;
    private int bufferLength;

    /** A string is the one of {@code before} and a last byte. */
    private final short[] before = new short[CODES];

    private final byte[] last = new byte[CODES];
    private final byte[] first = new byte[CODES];
    private final short[] length = new short[CODES];
    private int next = FIRST;
    private int width = 9;
    private int previous = -1;

    private int held;
    private int bits;

    private final byte[] string = new byte[CODES];
    private int stringAt;
    private int stringLength;
    private boolean ended;

    LzwStream(InputStream in, ByteSource source) throws IOException {
        this.in = in;
        this.source = source;
        bufferLength = Math.max(0, in.readNBytes(buffer, 0, buffer.length));
        old = bufferLength >= 2 && buffer[0] == 0 && (buffer[1] & 1) == 1;
        for (int i = 0; i < 256; i++) {
            last[i] = first[i] = (byte) i;
            length[i] = 1;
        }
    }

    private int nextByte() throws IOException {
        if (bufferAt == bufferLength) {
            bufferAt = 0;
            bufferLength = Math.max(0, in.readNBytes(buffer, 0, buffer.length));
            if (bufferLength == 0) {
                return -1;
            }
        }
        return buffer[bufferAt++] & 0xff;
    }

    private int code() throws IOException {
        while (bits < width) {
            int b = nextByte();
            if (b < 0) {
                return END;
            }
            held = old ? held | b << bits : held << 8 | b;
            bits += 8;
        }
        int code;
        bits -= width;
        if (old) {
            code = held & (1 << width) - 1;
            held >>>= width;
        } else {
            code = held >> bits & (1 << width) - 1;
            held &= (1 << bits) - 1;
        }
        return code;
    }

    /** Unpacks the next string; false at the end. */
    private boolean advance() throws IOException {
        int code = code();
        while (code == CLEAR) {
            next = FIRST;
            width = 9;
            previous = -1;
            code = code();
        }
        if (code == END) {
            ended = true;
            return false;
        }
        if (code > next || code == next && previous < 0 || previous < 0 && code >= CLEAR) {
            throw source.refuse("the image is damaged: its LZW data holds a code that was not made before");
        }
        if (previous >= 0 && next < CODES) {
            before[next] = (short) previous;
            first[next] = first[previous];
            last[next] = code == next ? first[previous] : first[code];
            length[next] = (short) (length[previous] + 1);
            next++;
        } else if (code >= next) {
            throw source.refuse("the image is damaged: its LZW data holds a code that was not made before");
        }
        previous = code;
        if (next + (old ? 0 : 1) >= 1 << width && width < 12) {
            width++;
        }
        stringAt = 0;
        stringLength = length[code];
        for (int i = stringLength - 1, c = code; i >= 0; i--, c = before[c]) {
            string[i] = last[c];
        }
        return true;
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
        while (stringAt == stringLength) {
            if (ended || !advance()) {
                return -1;
            }
        }
        int some = Math.min(n, stringLength - stringAt);
        System.arraycopy(string, stringAt, to, from, some);
        stringAt += some;
        return some;
    }
}
