package dev.swath.fianet.inspect.page;

import dev.swath.files.AtomicFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * Arrays of numbers in a page, each an element of its own that the page decodes when it is first looked at: base64 of the zlib stream
 * of 32-bit floats (F32) or of bytes (U8). The bytes of floats lie in four planes, the lowest of every number first, since equal bytes then stand together.
 */
final class Blobs {
    private enum Kind {
        F32,
        U8
    }

    private record Blob(Kind kind, byte[] packed) {}

    private final List<Blob> blobs = new ArrayList<>();

    /** Takes bytes, such as those of a picture, and returns what the page calls them. */
    int add(byte[] bytes) {
        return add(Kind.U8, bytes);
    }

    /** Takes the numbers, and returns what the page calls them. */
    int add(float[] values) {
        int n = values.length;
        byte[] planes = new byte[4 * n];
        for (int i = 0; i < n; i++) {
            int bits = Float.floatToRawIntBits(values[i]);
            planes[i] = (byte) bits;
            planes[n + i] = (byte) (bits >>> 8);
            planes[2 * n + i] = (byte) (bits >>> 16);
            planes[3 * n + i] = (byte) (bits >>> 24);
        }
        return add(Kind.F32, planes);
    }

    private int add(Kind kind, byte[] bytes) {
        blobs.add(new Blob(kind, deflated(bytes)));
        return blobs.size() - 1;
    }

    private static byte[] deflated(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length / 2 + 64);
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION);
        try (DeflaterOutputStream stream = new DeflaterOutputStream(out, deflater, 1 << 14)) {
            stream.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            deflater.end();
        }
        return out.toByteArray();
    }

    /** How many bytes of the page they take. */
    long size() {
        return blobs.stream().mapToLong(b -> 4L * ((b.packed.length + 2) / 3)).sum();
    }

    /** Writes the elements. */
    void writeTo(FileChannel channel) throws IOException {
        for (int i = 0; i < blobs.size(); i++) {
            Blob b = blobs.get(i);
            put(channel, "<script type=\"application/octet-stream\" id=\"b" + i + "\" data-kind=\"" + b.kind + "\">");
            put(channel, Base64.getEncoder().encode(b.packed));
            put(channel, "</script>\n");
        }
    }

    private static void put(FileChannel channel, String text) throws IOException {
        put(channel, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void put(FileChannel channel, byte[] bytes) throws IOException {
        AtomicFile.put(channel, ByteBuffer.wrap(bytes));
    }
}
