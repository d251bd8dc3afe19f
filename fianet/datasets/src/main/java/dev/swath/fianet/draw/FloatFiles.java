package dev.swath.fianet.draw;

import dev.swath.files.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Writes one float for each pixel, row by row, to files that other programs read; whole or not at all. */
public final class FloatFiles {
    private static final int CHUNK = 1 << 16;
    private static final int NPY_ALIGNMENT = 64;
    private static final int SHORT = 3;
    private static final int LONG = 4;

    private FloatFiles() {}

    /** An array of NumPy's format 1.0: {@code <f4} of shape (H, W). */
    public static void writeNpy(Path file, float[] values, int width, int height) {
        String dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + height + ", " + width + "), }";
        int prefix = 10;
        int length = (prefix + dictionary.length() + NPY_ALIGNMENT) / NPY_ALIGNMENT * NPY_ALIGNMENT - prefix;
        ByteBuffer header = ByteBuffer.allocate(prefix + length).order(ByteOrder.LITTLE_ENDIAN);
        header.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0);
        header.putShort((short) length);
        header.put(
                (dictionary + " ".repeat(length - dictionary.length() - 1) + "\n").getBytes(StandardCharsets.US_ASCII));
        write(file, header, values);
    }

    /** A TIFF of one band of 32-bit floats in one strip, not compressed. */
    public static void writeTiff(Path file, float[] values, int width, int height) {
        int[][] entries = {
            {256, LONG, width},
            {257, LONG, height},
            {258, SHORT, 32}, // bits
            {259, SHORT, 1}, // no compression
            {262, SHORT, 1}, // 0 is black
            {273, LONG, 0}, // where the strip begins: below
            {277, SHORT, 1}, // bands
            {278, LONG, height},
            {279, LONG, 4 * values.length},
            {339, SHORT, 3}, // floats
        };
        int data = 8 + 2 + 12 * entries.length + 4 + 2;
        ByteBuffer header = ByteBuffer.allocate(data).order(ByteOrder.LITTLE_ENDIAN);
        header.put((byte) 'I').put((byte) 'I').putShort((short) 42).putInt(8);
        header.putShort((short) entries.length);
        for (int[] e : entries) {
            header.putShort((short) e[0]).putShort((short) e[1]).putInt(1).putInt(e[0] == 273 ? data : e[2]);
        }
        write(file, header, values);
    }

    private static void write(Path file, ByteBuffer header, float[] values) {
        AtomicFile.write(file, channel -> {
            AtomicFile.put(channel, header.rewind().limit(header.capacity()));
            put(channel, values);
        });
    }

    private static void put(FileChannel channel, float[] values) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(4 * CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < values.length; from += CHUNK) {
            int count = Math.min(CHUNK, values.length - from);
            chunk.clear();
            chunk.asFloatBuffer().put(values, from, count);
            AtomicFile.put(channel, chunk.limit(4 * count));
        }
    }
}
