package dev.swath.fianet.draw;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes a PNG of 8 bits row by row, so that a picture of any size takes the memory of a few rows. */
final class RowPng implements AutoCloseable {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};
    private static final int LEVEL = 4;
    private static final int CHUNK = 1 << 16;
    private static final int GRAY = 0;
    private static final int RGB = 2;

    private final OutputStream out;
    private final int channels;
    private final Deflater deflater = new Deflater(LEVEL);
    private final byte[] packed = new byte[CHUNK];
    private int length;

    /** The last row, and the present one behind each filter's number: as it is, less its left, less its upper neighbours. */
    private byte[] above;

    private byte[] present;
    private final byte[][] filtered;

    /** With 1 channel for gray, 3 for red, green and blue. */
    RowPng(OutputStream out, int width, int height, int channels) throws IOException {
        this.out = out;
        this.channels = channels;
        int n = width * channels;
        above = new byte[n];
        present = new byte[n];
        filtered = new byte[3][n + 1];
        out.write(SIGNATURE);
        ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height).put((byte) 8);
        header.put((byte) (channels == 1 ? GRAY : RGB));
        chunk("IHDR", header.array(), 13);
    }

    /** The array that the next row is put into before {@link #write}. */
    byte[] row() {
        return present;
    }

    /** Writes the row, by the filter that leaves the smallest differences. */
    void write() throws IOException {
        int best = 0;
        long least = Long.MAX_VALUE;
        for (int f = 0; f < filtered.length; f++) {
            byte[] to = filtered[f];
            to[0] = (byte) f;
            filter(f, to);
            long sum = 0;
            for (int i = 1; i < to.length; i++) {
                sum += Math.abs(to[i]);
            }
            if (sum < least) {
                least = sum;
                best = f;
            }
        }
        deflater.setInput(filtered[best]);
        pack(Deflater.NO_FLUSH);
        byte[] last = above;
        above = present;
        present = last;
    }

    /** Loops of one thing each, which the JVM turns into vectors. */
    private void filter(int f, byte[] to) {
        switch (f) {
            case 0 -> System.arraycopy(present, 0, to, 1, present.length);
            case 1 -> {
                System.arraycopy(present, 0, to, 1, Math.min(channels, present.length));
                for (int i = channels; i < present.length; i++) {
                    to[i + 1] = (byte) (present[i] - present[i - channels]);
                }
            }
            default -> {
                for (int i = 0; i < present.length; i++) {
                    to[i + 1] = (byte) (present[i] - above[i]);
                }
            }
        }
    }

    private void pack(int flush) throws IOException {
        int n;
        while ((n = deflater.deflate(packed, length, CHUNK - length, flush)) > 0) {
            length += n;
            if (length == CHUNK) {
                chunk("IDAT", packed, length);
                length = 0;
            }
        }
    }

    /** Writes what is left, once all rows are written. */
    void finish() throws IOException {
        deflater.finish();
        pack(Deflater.NO_FLUSH);
        chunk("IDAT", packed, length);
        chunk("IEND", packed, 0);
    }

    private void chunk(String type, byte[] body, int n) throws IOException {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(body, 0, n);
        ByteBuffer b = ByteBuffer.allocate(n + 12).putInt(n).put(name).put(body, 0, n);
        out.write(b.putInt((int) crc.getValue()).array());
    }

    @Override
    public void close() {
        deflater.end();
    }
}
