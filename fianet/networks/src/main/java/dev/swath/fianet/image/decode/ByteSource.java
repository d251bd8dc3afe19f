package dev.swath.fianet.image.decode;

import dev.swath.fianet.image.ImageException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import javax.imageio.stream.ImageInputStream;

/** The bytes of an image file, wherever they lie, read at any place through a window. Not thread-safe. */
public abstract class ByteSource {
    private static final int WINDOW = 1 << 13;

    /** Where a stream of unknown length ends for us. */
    private static final long UNKNOWN = 1 << 28;

    private final String name;
    private final byte[] window = new byte[WINDOW];
    private long windowAt;
    private int windowLength;

    private ByteSource(String name) {
        this.name = name;
    }

    /** Bytes in all, or {@link Long#MAX_VALUE} if that is not known. */
    public abstract long length();

    /** Reads up to {@code n} bytes; fewer only at the end. */
    abstract int fill(long at, byte[] to, int from, int n) throws IOException;

    /** Of bytes in memory. */
    public static ByteSource of(byte[] bytes, String name) {
        return new ByteSource(name) {
            @Override
            public long length() {
                return bytes.length;
            }

            @Override
            int fill(long at, byte[] to, int from, int n) {
                int some = Math.clamp(bytes.length - at, 0, n);
                System.arraycopy(bytes, (int) Math.min(at, bytes.length), to, from, some);
                return some;
            }
        };
    }

    /** Of a file. */
    public static ByteSource of(SeekableByteChannel file, String name) throws IOException {
        long length = file.size();
        return new ByteSource(name) {
            @Override
            public long length() {
                return length;
            }

            @Override
            int fill(long at, byte[] to, int from, int n) throws IOException {
                ByteBuffer buffer = ByteBuffer.wrap(to, from, n);
                file.position(at);
                while (buffer.hasRemaining() && file.read(buffer) >= 0) {
                    // A channel may read less than is asked for.
                }
                return n - buffer.remaining();
            }
        };
    }

    /** Of a stream whose length may be unknown: then -1. */
    public static ByteSource of(ImageInputStream in, long length, String name) {
        return new ByteSource(name) {
            @Override
            public long length() {
                return length < 0 ? Long.MAX_VALUE : length;
            }

            @Override
            int fill(long at, byte[] to, int from, int n) throws IOException {
                // Beyond what is known a stream would be read into memory as far as a file claims to reach.
                if (at >= (length < 0 ? UNKNOWN : length)) {
                    return 0;
                }
                in.seek(at);
                int done = 0;
                while (done < n) {
                    int some = in.read(to, from + done, n - done);
                    if (some < 0) {
                        break;
                    }
                    done += some;
                }
                return done;
            }
        };
    }

    /** What stands for the file in messages. */
    public final String name() {
        return name;
    }

    /** A sentence with the file's name before the rule that it breaks. */
    public final ImageException refuse(String rule) {
        return new ImageException("[image] " + name + ": " + rule);
    }

    /** A sentence with the file's name before the rule that it breaks; what a library said stays its cause. */
    public final ImageException refuse(String rule, Throwable cause) {
        return new ImageException("[image] " + name + ": " + rule, cause);
    }

    /** Reads up to {@code n} bytes; fewer, perhaps none, only at the end. */
    public final int some(long at, byte[] to, int from, int n) throws IOException {
        if (n >= WINDOW) {
            return fill(at, to, from, n);
        }
        if (at < windowAt || at + n > windowAt + windowLength) {
            windowAt = at;
            windowLength = 0;
            windowLength = fill(at, window, 0, WINDOW);
        }
        int some = Math.clamp(windowAt + windowLength - at, 0, n);
        System.arraycopy(window, (int) (at - windowAt), to, from, some);
        return some;
    }

    /** Exactly {@code n} bytes. */
    public final byte[] bytes(long at, int n) throws IOException {
        if (n > length() - at) {
            throw new EOFException();
        }
        byte[] out = new byte[n];
        if (some(at, out, 0, n) < n) {
            throw new EOFException();
        }
        return out;
    }

    /** One byte, or -1 at the end. */
    public final int at(long at) throws IOException {
        if (at < windowAt || at >= windowAt + windowLength) {
            windowAt = at;
            windowLength = 0;
            windowLength = fill(at, window, 0, WINDOW);
        }
        return windowLength == 0 ? -1 : window[(int) (at - windowAt)] & 0xff;
    }

    /** Two bytes, the higher one first. */
    public final int u16(long at) throws IOException {
        return (int) number(at, 2, true);
    }

    /** An unsigned number of up to 8 bytes; one beyond 2^63 - 1 is negative. */
    public final long number(long at, int size, boolean bigEndian) throws IOException {
        long value = 0;
        for (int i = 0; i < size; i++) {
            int b = at(at + (bigEndian ? i : size - 1 - i));
            if (b < 0) {
                throw new EOFException();
            }
            value = value << 8 | b;
        }
        return value;
    }

    /** The bytes from one place to another. */
    public final InputStream stream(long from, long to) {
        return new InputStream() {
            private long at = from;

            @Override
            public int read() throws IOException {
                int b = at < to ? at(at) : -1;
                at++;
                return b;
            }

            @Override
            public int read(byte[] b, int off, int len) throws IOException {
                if (len == 0) {
                    return 0;
                }
                int n = some(at, b, off, Math.clamp(to - at, 0, len));
                at += n;
                return n == 0 ? -1 : n;
            }
        };
    }
}
