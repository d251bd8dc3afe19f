package dev.swath.fianet.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** Image files made byte by byte, so that they may claim what no writer would. */
final class Made {
    private Made() {}

    /** So many zeros, packed. */
    static byte[] zeros(long n) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Deflater best = new Deflater(Deflater.BEST_COMPRESSION);
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(out, best, 1 << 16)) {
            byte[] some = new byte[1 << 20];
            for (long left = n; left > 0; left -= some.length) {
                deflater.write(some, 0, (int) Math.min(left, some.length));
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        } finally {
            best.end();
        }
        return out.toByteArray();
    }

    static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static byte[] times(byte[] part, int n) {
        byte[] out = new byte[part.length * n];
        for (int i = 0; i < n; i++) {
            System.arraycopy(part, 0, out, i * part.length, part.length);
        }
        return out;
    }

    static byte[] chunk(String type, byte[] body) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(body);
        return ByteBuffer.allocate(12 + body.length)
                .putInt(body.length)
                .put(name)
                .put(body)
                .putInt((int) crc.getValue())
                .array();
    }

    static byte[] header(int width, int height, int bits, int colour, boolean interlaced) {
        byte[] signature = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};
        byte[] body = ByteBuffer.allocate(13)
                .putInt(width)
                .putInt(height)
                .put((byte) bits)
                .put((byte) colour)
                .put(11, (byte) 0)
                .put(12, (byte) (interlaced ? 1 : 0))
                .array();
        return joined(signature, chunk("IHDR", body));
    }

    /** A gray PNG with the given chunks before its pixels. */
    static byte[] png(int width, int height, int bits, byte[] before, byte[] pixels) {
        return joined(header(width, height, bits, 0, false), before, chunk("IDAT", pixels), chunk("IEND", new byte[0]));
    }

    /** Black, of one channel. */
    static byte[] black(int width, int height, int bits) {
        return png(width, height, bits, new byte[0], zeros((1 + ((long) width * bits + 7) / 8) * height));
    }

    /** The entries of a TIFF's directory, of type LONG. */
    static final class Tiff {
        private final Map<Integer, long[]> entries = new TreeMap<>();
        private final Map<Integer, Long> counts = new TreeMap<>();
        private byte[] data = new byte[0];

        Tiff(int width, int height, int bands, int compression) {
            tag(256, width)
                    .tag(257, height)
                    .tag(259, compression)
                    .tag(262, bands >= 3 ? 2 : 1)
                    .tag(277, bands);
            long[] bits = new long[bands];
            Arrays.fill(bits, 8);
            tag(258, bits).tag(278, height);
        }

        Tiff tag(int tag, long... values) {
            entries.put(tag, values);
            return this;
        }

        Tiff without(int tag) {
            entries.remove(tag);
            return this;
        }

        /** Says of a tag that it has so many values, whatever it has. */
        Tiff claim(int tag, long count) {
            entries.putIfAbsent(tag, new long[] {8});
            counts.put(tag, count);
            return this;
        }

        /** One strip. */
        Tiff strip(byte[] bytes) {
            data = bytes;
            return tag(273, 8).tag(279, bytes.length);
        }

        byte[] bytes() {
            int at = 8 + data.length + data.length % 2;
            int outside = at + 2 + 12 * entries.size() + 4;
            int size = outside
                    + entries.values().stream().mapToInt(v -> 4 * v.length).sum();
            ByteBuffer b = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
            b.put((byte) 'I')
                    .put((byte) 'I')
                    .putShort((short) 42)
                    .putInt(at)
                    .put(data)
                    .position(at);
            b.putShort((short) entries.size());
            for (Map.Entry<Integer, long[]> e : entries.entrySet()) {
                long[] values = e.getValue();
                b.putShort((short) (int) e.getKey()).putShort((short) 4);
                b.putInt((int) (long) counts.getOrDefault(e.getKey(), (long) values.length));
                if (values.length == 1) {
                    b.putInt((int) values[0]);
                } else {
                    b.putInt(outside);
                    for (long v : values) {
                        b.putInt(outside, (int) v);
                        outside += 4;
                    }
                }
            }
            return b.array();
        }
    }

    static byte[] segment(int marker, byte... body) {
        return ByteBuffer.allocate(4 + body.length)
                .put((byte) 0xff)
                .put((byte) marker)
                .putShort((short) (body.length + 2))
                .put(body)
                .array();
    }

    private static byte[] packed(String bits) {
        String all = bits + "1".repeat((8 - bits.length() % 8) % 8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < all.length(); i += 8) {
            int b = Integer.parseInt(all.substring(i, i + 8), 2);
            out.write(b);
            if (b == 0xff) {
                out.write(0);
            }
        }
        return out.toByteArray();
    }

    /** A gray progressive JPEG of one level whose last {@code scans} say of every block that nothing changes. */
    static byte[] progressive(int side, int scans) {
        int blocks = (side + 7) / 8 * ((side + 7) / 8);
        byte[] quantizers = new byte[65];
        Arrays.fill(quantizers, 1, 65, (byte) 1);
        byte[] direct = new byte[18];
        direct[1] = 1; // the code 0 is "no difference"
        byte[] runs = new byte[19];
        runs[0] = 0x10;
        runs[1] = runs[2] = 1; // 0 is "2^14 blocks or more end here", 10 is "this one ends"
        runs[17] = (byte) 0xe0;
        StringBuilder text = new StringBuilder();
        int left = blocks;
        for (; left >= 1 << 14; left -= Math.min(left, 32767)) {
            String extra = Integer.toBinaryString(Math.min(left, 32767) - (1 << 14));
            text.append('0').append("0".repeat(14 - extra.length())).append(extra);
        }
        byte[] nothing = packed(text + "10".repeat(left));
        byte[] refine = joined(segment(0xda, (byte) 1, (byte) 1, (byte) 0, (byte) 1, (byte) 63, (byte) 16), nothing);
        byte[] frame = ByteBuffer.allocate(9)
                .put((byte) 8)
                .putShort((short) side)
                .putShort((short) side)
                .put(new byte[] {1, 1, 17, 0})
                .array();
        return joined(
                new byte[] {(byte) 0xff, (byte) 0xd8},
                segment(0xdb, quantizers),
                segment(0xc2, frame),
                segment(0xc4, direct),
                segment(0xc4, runs),
                segment(0xda, (byte) 1, (byte) 1, (byte) 0, (byte) 0, (byte) 0, (byte) 0),
                packed("0".repeat(blocks)),
                segment(0xda, (byte) 1, (byte) 1, (byte) 0, (byte) 1, (byte) 63, (byte) 1),
                nothing,
                times(refine, scans),
                new byte[] {(byte) 0xff, (byte) 0xd9});
    }
}
