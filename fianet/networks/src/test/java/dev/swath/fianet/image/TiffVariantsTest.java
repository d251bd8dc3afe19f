package dev.swath.fianet.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TIFF files as cameras and mapping programs write them, built here byte by byte. */
class TiffVariantsTest {
    private static final int WIDTH = 40;
    private static final int HEIGHT = 24;
    private static final int TILE = 16;

    /** A pattern whose samples all differ in size by band; 16-bit samples are 100 times as large. */
    private static int sample(int x, int y, int band, int bits) {
        int v = (x * 5 + y * 3 + band * 20) % 200;
        return bits == 8 ? v : 1000 + 100 * v;
    }

    private static byte[] packed(byte[] raw, int compression) throws IOException {
        if (compression == 1) {
            return raw;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(out)) {
            deflater.write(raw);
        }
        return out.toByteArray();
    }

    /** Samples of a rectangle, bands interleaved; beyond the image zeros. */
    private static byte[] block(int left, int top, int width, int height, int bands, int bits, ByteOrder order) {
        ByteBuffer b = ByteBuffer.allocate(width * height * bands * bits / 8).order(order);
        for (int y = top; y < top + height; y++) {
            for (int x = left; x < left + width; x++) {
                for (int band = 0; band < bands; band++) {
                    int v = x < WIDTH && y < HEIGHT ? sample(x, y, band, bits) : 0;
                    if (bits == 8) {
                        b.put((byte) v);
                    } else {
                        b.putShort((short) v);
                    }
                }
            }
        }
        return b.array();
    }

    private static byte[] tiff(int bands, int bits, boolean tiled, int compression, ByteOrder order)
            throws IOException {
        List<byte[]> blocks = new ArrayList<>();
        int side = tiled ? TILE : 8;
        for (int y = 0; y < HEIGHT; y += side) {
            for (int x = 0; x < WIDTH; x += tiled ? TILE : WIDTH) {
                byte[] raw = tiled
                        ? block(x, y, TILE, TILE, bands, bits, order)
                        : block(x, y, WIDTH, Math.min(side, HEIGHT - y), bands, bits, order);
                blocks.add(packed(raw, compression));
            }
        }
        List<long[]> tags = new ArrayList<>();
        tags.add(new long[] {256, 4, WIDTH});
        tags.add(new long[] {257, 4, HEIGHT});
        long[] depth = new long[2 + bands];
        depth[0] = 258;
        depth[1] = 3;
        java.util.Arrays.fill(depth, 2, depth.length, bits);
        tags.add(depth);
        tags.add(new long[] {259, 3, compression});
        tags.add(new long[] {262, 3, bands >= 3 ? 2 : 1});
        tags.add(new long[] {277, 3, bands});
        if (!tiled) {
            tags.add(new long[] {278, 4, side});
        } else {
            tags.add(new long[] {322, 4, TILE});
            tags.add(new long[] {323, 4, TILE});
        }
        long[] offsets = new long[2 + blocks.size()];
        long[] counts = new long[2 + blocks.size()];
        offsets[0] = tiled ? 324 : 273;
        counts[0] = tiled ? 325 : 279;
        offsets[1] = counts[1] = 4;
        int at = 8;
        for (int i = 0; i < blocks.size(); i++) {
            offsets[2 + i] = at;
            counts[2 + i] = blocks.get(i).length;
            at += blocks.get(i).length + blocks.get(i).length % 2;
        }
        tags.add(offsets);
        tags.add(counts);
        if (bands == 4 || bands == 2) {
            tags.add(new long[] {338, 3, 0}); // one more sample without a meaning, such as near infrared
        }
        tags.sort((a, b) -> Long.compare(a[0], b[0]));
        ByteBuffer b = ByteBuffer.allocate(at + 4096 + 8 * blocks.size()).order(order);
        b.put((byte) (order == ByteOrder.LITTLE_ENDIAN ? 'I' : 'M'))
                .put(b.get(0))
                .putShort((short) 42)
                .putInt(at);
        for (int i = 0; i < blocks.size(); i++) {
            b.position((int) offsets[2 + i]).put(blocks.get(i));
        }
        b.position(at).putShort((short) tags.size());
        int extra = at + 2 + 12 * tags.size() + 4;
        for (long[] tag : tags) {
            int size = tag[1] == 3 ? 2 : 4;
            b.putShort((short) tag[0]).putShort((short) tag[1]).putInt(tag.length - 2);
            int next = b.position() + 4;
            if ((tag.length - 2) * size > 4) {
                b.putInt(extra).position(extra);
            }
            for (int i = 2; i < tag.length; i++) {
                if (size == 2) {
                    b.putShort((short) tag[i]);
                } else {
                    b.putInt((int) tag[i]);
                }
            }
            extra = b.position() > next ? b.position() + b.position() % 2 : extra;
            b.position(next);
        }
        b.putInt(0);
        return java.util.Arrays.copyOf(b.array(), Math.max(extra, b.position()));
    }

    /** The 2nd and 98th percentile over the colour bands, then the stretch between them. */
    private static byte[] expected(int bands, int bits) {
        int colours = bands >= 3 ? 3 : 1;
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < WIDTH * HEIGHT * colours; i++) {
            all.add(sample(i / colours % WIDTH, i / colours / WIDTH, i % colours, bits));
        }
        List<Integer> sorted = all.stream().sorted().toList();
        int low = bits == 8 ? 0 : sorted.get((int) (0.02 * (sorted.size() - 1)));
        int high = bits == 8 ? 255 : sorted.get((int) (0.98 * (sorted.size() - 1)));
        byte[] out = new byte[3 * WIDTH * HEIGHT];
        for (int i = 0; i < out.length; i++) {
            int v = all.get(i / 3 * colours + (colours == 3 ? i % 3 : 0));
            out[i] = (byte) Math.clamp(Math.round(255.0 * (v - low) / (high - low)), 0, 255);
        }
        return out;
    }

    @ParameterizedTest
    @CsvSource({
        "1,8,false,1,II", "3,8,false,1,II", "4,8,false,1,II", "3,8,true,1,II", "3,8,true,8,II", "4,8,true,8,MM",
        "1,16,false,1,II", "1,16,false,8,MM", "3,16,false,1,II", "3,16,true,8,II", "4,16,false,1,MM", "4,16,true,8,II"
    })
    void everyVariantIsRead(int bands, int bits, boolean tiled, int compression, String order, @TempDir Path folder)
            throws IOException {
        ByteOrder endian = order.equals("II") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        Path file = Files.write(folder.resolve("a.tif"), tiff(bands, bits, tiled, compression, endian));
        RgbImage image = Images.read(file);
        assertEquals(WIDTH, image.width());
        assertEquals(HEIGHT, image.height());
        assertArrayEquals(expected(bands, bits), image.rgb());
    }
}
