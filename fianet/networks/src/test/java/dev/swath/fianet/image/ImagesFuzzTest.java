package dev.swath.fianet.image;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.files.Fuzz;
import dev.swath.testkit.Golden;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Valid images with some bytes, fields, chunks or segments changed: they are decoded or refused in one sentence, in bounded time
 * and memory; see {@link Fuzz}.
 */
class ImagesFuzzTest {
    /** Images of more pixels are not decoded here; what they claim is looked at all the same. */
    private static final long PIXELS = 4_000_000;

    /** Beyond three bytes a pixel, twice for a picture that a reader makes before. */
    private static final long BEYOND = 64L << 20;

    private static final int[] NUMBERS = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 255, 256, 513, 4096, 32767, 32768, 65535, 65536, 1 << 20, 1 << 24, 1 << 30,
        -1 >>> 1, 1 << 31, -1
    };

    enum Kind {
        PNG(
                "palette.png gray16.png rgb.png rgba.png",
                "more/png_2_8_1_53x77.png more/png_3_4_1_53x77.png more/png_0_1_1_53x77.png"),
        JPEG(
                "rgb.jpg",
                "cases/icc_twice.jpg cases/adobe_transform_2.jpg more/j_restart.jpg more/j_75_2_1_p.jpg more/j_440.jpg"),
        TIFF(
                "rgb_raw.tif rgb_lzw.tif rgb_deflate.tif rgb_packbits.tif rgba.tif gray_lzw.tif",
                "cases/bigtiff.tif cases/planar_13_bands_16_bits.tif cases/orientation_6.tif cases/rgb_2_bits.tif"
                        + " cases/scene_10400x12330.tif more/lzw_3_16_c_t_p_big_be.tif more/pb_5_8_s_s_n_c_le.tif more/m_P_tiff_lzw.tif"
                        + " more/y42_1.tif more/y22_2.tif"),
        TIFF_WITH_PICTURES(
                "",
                "cases/old_jpeg_offsets_at_scan.tif more/tj_75.tif more/tc_jpeg_tile.tif more/tc_jpeg_rgb_planar.tif"
                        + " more/m_1_group3.tif more/m_1_group4.tif more/m_1_tiff_ccitt.tif");

        final String golden;
        final String cases;

        Kind(String golden, String cases) {
            this.golden = golden;
            this.cases = cases;
        }

        List<byte[]> seeds() throws IOException {
            List<byte[]> out = new ArrayList<>();
            for (String name : golden.split(" ")) {
                if (!name.isEmpty()) {
                    out.add(Golden.resource("image_files", name));
                }
            }
            for (String name : cases.split(" ")) {
                try (InputStream in = ImagesFuzzTest.class.getResourceAsStream(name)) {
                    out.add(in.readAllBytes());
                }
            }
            return out;
        }
    }

    @ParameterizedTest
    @EnumSource
    void isReadOrRefused(Kind kind) throws IOException {
        Fuzz fuzz = new Fuzz(kind.name(), kind.seeds(), List.of(), ImageException.class)
                .by((valid, random) -> changed(valid, kind, random))
                .sparing(12 * PIXELS + BEYOND)
                .run(ImagesFuzzTest::decode);
        assertTrue(fuzz.refused() > 0 && fuzz.refused() < fuzz.rounds(), kind.name());
    }

    /** By the header alone, as colours, as gray, at another size, or by bands of one's own. */
    private static void decode(byte[] input) {
        int how = input.length % 8;
        if (how == 0) {
            var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(input));
            Images.size(in, input[input.length - 1] < 0 ? -1 : input.length, "mutated");
            return;
        }
        ImageFile file = ImageFile.of(input, "mutated", how == 1 ? new Bands(1, 1, 1) : null);
        if ((long) file.width() * file.height() > PIXELS) {
            return;
        }
        switch (how) {
            case 2 -> file.readGray();
            case 3 -> file.resized(20, 12);
            default -> file.read();
        }
    }

    private static byte[] changed(byte[] valid, Kind kind, SplittableRandom random) {
        byte[] bytes = valid.clone();
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            switch (random.nextInt(5)) {
                case 0 -> field(bytes, kind, random);
                case 1 -> bytes[place(bytes, random)] = (byte) random.nextInt(256);
                case 2 -> bytes[place(bytes, random)] ^= (byte) (1 << random.nextInt(8));
                case 3 -> number(bytes, place(bytes, random), random);
                default -> bytes = moved(bytes, random);
            }
        }
        if (kind == Kind.PNG && random.nextInt(4) > 0) {
            mendChecksums(bytes);
        }
        return bytes;
    }

    /** Headers and directories stand at either end: there most of the changes are made. */
    private static int place(byte[] bytes, SplittableRandom random) {
        int near = random.nextInt(Math.min(bytes.length, 256));
        return random.nextInt(3) == 0
                ? random.nextInt(bytes.length)
                : random.nextBoolean() ? near : bytes.length - 1 - near;
    }

    private static void number(byte[] bytes, int at, SplittableRandom random) {
        ByteBuffer b =
                ByteBuffer.wrap(bytes).order(random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        int value = NUMBERS[random.nextInt(NUMBERS.length)];
        if (random.nextBoolean() && at + 4 <= bytes.length) {
            b.putInt(at, value);
        } else if (at + 2 <= bytes.length) {
            b.putShort(at, (short) value);
        }
    }

    /** A stretch is cut out or doubled, or the end is cut off. */
    private static byte[] moved(byte[] bytes, SplittableRandom random) {
        int at = place(bytes, random);
        int n = Math.min(bytes.length - at, 1 + random.nextInt(64));
        byte[] head = Arrays.copyOf(bytes, at);
        byte[] rest = Arrays.copyOfRange(bytes, at + n, bytes.length);
        byte[] out =
                switch (random.nextInt(3)) {
                    case 0 -> Made.joined(head, rest);
                    case 1 ->
                        Made.joined(
                                head, Made.times(Arrays.copyOfRange(bytes, at, at + n), 2 + random.nextInt(30)), rest);
                    default -> head;
                };
        return out.length < 16 ? bytes : out;
    }

    /** An entry of a TIFF's directory, a PNG's chunk or a JPEG's segment is given another number. */
    private static void field(byte[] bytes, Kind kind, SplittableRandom random) {
        switch (kind) {
            case PNG -> number(bytes, 8 + random.nextInt(25), random);
            case JPEG -> {
                int at = random.nextInt(bytes.length - 1);
                while (at < bytes.length - 6 && (bytes[at] != -1 || bytes[at + 1] == 0)) {
                    at++;
                }
                number(bytes, Math.min(bytes.length - 4, at + random.nextInt(6)), random);
            }
            default -> {
                boolean big = bytes[0] == 'M';
                ByteBuffer b = ByteBuffer.wrap(bytes).order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
                boolean wide = b.getShort(2) == 43;
                long start = wide ? b.getLong(8) : b.getInt(4) & 0xffffffffL;
                int size = wide ? 20 : 12;
                if (start < 8 || start + 10 + size > bytes.length) {
                    return;
                }
                int entries = b.getShort((int) start) & 0xff;
                int at = (int) start + (wide ? 8 : 2) + random.nextInt(1 + entries) * size;
                int[] places = wide ? new int[] {2, 4, 8, 12, 16} : new int[] {2, 4, 8, 10};
                at += places[random.nextInt(places.length)];
                if (at + 4 <= bytes.length) {
                    int value = NUMBERS[random.nextInt(NUMBERS.length)];
                    if (random.nextBoolean()) {
                        b.putInt(at, value);
                    } else {
                        b.putShort(at, (short) value);
                    }
                }
            }
        }
    }

    private static void mendChecksums(byte[] png) {
        ByteBuffer b = ByteBuffer.wrap(png);
        for (int at = 8; at + 12 <= png.length; ) {
            int length = b.getInt(at);
            if (length < 0 || length > png.length - at - 12) {
                return;
            }
            CRC32 crc = new CRC32();
            crc.update(png, at + 4, length + 4);
            b.putInt(at + 8 + length, (int) crc.getValue());
            at += 12 + length;
        }
    }
}
