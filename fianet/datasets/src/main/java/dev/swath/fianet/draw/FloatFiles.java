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
    private static final int NPY_ALIGNMENT = 64;
    private static final int SHORT = 3;
    private static final int LONG = 4;

    /** Gives the values row by row. */
    @FunctionalInterface
    public interface Rows {
        /** Fills in row {@code y}, counted from 0. */
        void fill(int y, float[] row);
    }

    private FloatFiles() {}

    /** An array of NumPy's format 1.0: {@code <f4} of shape (H, W). */
    public static void writeNpy(Path file, Rows values, int width, int height) {
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
        write(file, header, values, width, height);
    }

    /** A TIFF of one band of 32-bit floats in one strip, not compressed. */
    public static void writeTiff(Path file, Rows values, int width, int height) {
        int[][] entries = {
            {256, LONG, width},
            {257, LONG, height},
            {258, SHORT, 32}, // bits
            {259, SHORT, 1}, // no compression
            {262, SHORT, 1}, // 0 is black
            {273, LONG, 0}, // where the strip begins: below
            {277, SHORT, 1}, // bands
            {278, LONG, height},
            {279, LONG, 4 * width * height},
            {339, SHORT, 3}, // floats
        };
        int data = 8 + 2 + 12 * entries.length + 4 + 2;
        ByteBuffer header = ByteBuffer.allocate(data).order(ByteOrder.LITTLE_ENDIAN);
        header.put((byte) 'I').put((byte) 'I').putShort((short) 42).putInt(8);
        header.putShort((short) entries.length);
        for (int[] e : entries) {
            header.putShort((short) e[0]).putShort((short) e[1]).putInt(1).putInt(e[0] == 273 ? data : e[2]);
        }
        write(file, header, values, width, height);
    }

    private static void write(Path file, ByteBuffer header, Rows values, int width, int height) {
        AtomicFile.write(file, channel -> {
            AtomicFile.put(channel, header.rewind().limit(header.capacity()));
            put(channel, values, width, height);
        });
    }

    private static void put(FileChannel channel, Rows values, int width, int height) throws IOException {
        float[] row = new float[width];
        ByteBuffer bytes = ByteBuffer.allocate(4 * width).order(ByteOrder.LITTLE_ENDIAN);
        for (int y = 0; y < height; y++) {
            values.fill(y, row);
            bytes.clear().asFloatBuffer().put(row);
            AtomicFile.put(channel, bytes);
        }
    }
}
