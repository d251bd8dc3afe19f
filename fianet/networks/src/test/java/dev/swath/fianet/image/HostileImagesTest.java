package dev.swath.fianet.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Small files that claim, nest or repeat too much: read, or refused in one sentence, in memory by what they hold. */
class HostileImagesTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What decoding may take beyond the pixels; 256 MB are promised. */
    private static final long BEYOND = 64L << 20;

    private static final String NAME = "a\u001b]0;title\u0007.img";

    private static Arguments of(String what, String rule, byte[] file) {
        return Arguments.of(what, rule, file);
    }

    private static byte[] twice(byte[] jpeg, byte[] segments) {
        byte[] start = Arrays.copyOf(jpeg, 2);
        return Made.joined(start, segments, Arrays.copyOfRange(jpeg, 2, jpeg.length));
    }

    private static byte[] sized(byte[] jpeg, int width, int height) {
        byte[] out = jpeg.clone();
        int frame = 2 + 2 + 67 + 5; // behind the start, the quantizers, and the first bytes of the frame header
        ByteBuffer.wrap(out).putShort(frame, (short) height).putShort(frame + 2, (short) width);
        return out;
    }

    static Stream<Arguments> files() {
        byte[] none = {};
        byte[] bomb = Made.zeros(1L << 28);
        byte[] pixels = Made.zeros(17 * 16);
        byte[] jpeg = Made.progressive(200, 1);
        byte[] withEnd = new byte[256];
        long[] manyPlaces = new long[100_000];
        Arrays.fill(manyPlaces, 8);
        return Stream.of(
                of("no side of a million is longer", "1 x 6000000", Made.header(1, 6_000_000, 8, 0, false)),
                of("a PNG of 6 million rows", "a side may have at most", Made.black(1, 6_000_000, 8)),
                of("a PNG of a million columns", "", Made.black(1_000_000, 1, 8)),
                of("a PNG of a million rows", "", Made.black(1, 1_000_000, 8)),
                of(
                        "a profile of 256 MB",
                        "",
                        Made.png(16, 16, 8, Made.chunk("iCCP", Made.joined(new byte[] {'a', 0, 0}, bomb)), pixels)),
                of(
                        "a text of 256 MB",
                        "",
                        Made.png(16, 16, 8, Made.chunk("zTXt", Made.joined(new byte[] {'a', 0, 0}, bomb)), pixels)),
                of("256 MB of pixels for 256", "", Made.png(16, 16, 8, none, bomb)),
                of("80,000 empty texts", "", Made.png(16, 16, 8, Made.times(Made.chunk("tEXt", none), 80_000), pixels)),
                of(
                        "80,000 empty chunks of pixels",
                        "",
                        Made.png(16, 16, 8, Made.times(Made.chunk("IDAT", none), 80_000), pixels)),
                of(
                        "PNG of a size that no number holds",
                        "2147483647 x 2147483647",
                        Made.header(-1 >>> 1, -1 >>> 1, 8, 0, false)),
                of("PNG of a size that has a sign", "4294967295 x 1 ", Made.header(-1, 1, 8, 0, false)),
                of("PNG of no pixels", "no pixels|0 x 5", Made.png(0, 5, 8, none, pixels)),
                of(
                        "a chunk of 2 GB",
                        "cut off",
                        Made.joined(
                                Made.header(16, 16, 8, 0, false),
                                ByteBuffer.allocate(8)
                                        .putInt(-1 >>> 1)
                                        .put("tEXt".getBytes())
                                        .array())),
                of(
                        "a chunk of 4 GB",
                        "claims 4294967295 bytes",
                        Made.joined(
                                Made.header(16, 16, 8, 0, false),
                                ByteBuffer.allocate(8)
                                        .putInt(-1)
                                        .put("tEXt".getBytes())
                                        .array())),
                of(
                        "2000 bands",
                        "2000 bands; from 1 to 512",
                        new Made.Tiff(1024, 1024, 2000, 8)
                                .strip(Made.zeros(1 << 20))
                                .bytes()),
                of(
                        "512 bands",
                        "",
                        new Made.Tiff(512, 512, 512, 8)
                                .strip(Made.zeros(1 << 27))
                                .bytes()),
                of(
                        "2^30 byte counts",
                        "StripByteCounts .279. says that it has 1073741823 values",
                        new Made.Tiff(16, 16, 1, 8)
                                .strip(Made.zeros(256))
                                .claim(279, 0x3fffffff)
                                .bytes()),
                of(
                        "2^30 bits",
                        "BitsPerSample .258.",
                        new Made.Tiff(16, 16, 1, 1)
                                .strip(withEnd)
                                .claim(258, 0x3fffffff)
                                .bytes()),
                of(
                        "2^32 - 1 offsets",
                        "StripOffsets .273.",
                        new Made.Tiff(16, 16, 1, 1)
                                .strip(withEnd)
                                .claim(273, 0xffffffffL)
                                .bytes()),
                of(
                        "2^31 orientations",
                        "Orientation .274.",
                        new Made.Tiff(16, 16, 1, 1)
                                .strip(withEnd)
                                .claim(274, 0x80000000L)
                                .bytes()),
                of(
                        "2^31 values of what is not looked at",
                        "",
                        new Made.Tiff(16, 16, 1, 1)
                                .strip(withEnd)
                                .claim(330, 0x80000000L)
                                .claim(700, 0x80000000L)
                                .bytes()),
                of(
                        "a strip beyond the file",
                        "lies outside the file",
                        new Made.Tiff(16, 16, 1, 1)
                                .strip(withEnd)
                                .tag(273, 1 << 30)
                                .bytes()),
                of(
                        "no strips",
                        "lacks the tag StripOffsets",
                        new Made.Tiff(16, 16, 1, 1).strip(withEnd).without(273).bytes()),
                of(
                        "too few strips",
                        "needs 16 strips or tiles, but names the places of 1",
                        new Made.Tiff(16, 16, 1, 1).strip(withEnd).tag(278, 1).bytes()),
                of(
                        "strips without rows",
                        "strips of 16 x 0",
                        new Made.Tiff(16, 16, 1, 1).strip(withEnd).tag(278, 0).bytes()),
                of(
                        "100,000 strips of a byte",
                        "",
                        new Made.Tiff(1, 100_000, 1, 1)
                                .strip(withEnd)
                                .tag(278, 1)
                                .tag(273, manyPlaces)
                                .tag(279, manyPlaces)
                                .bytes()),
                of(
                        "tiles of 2^31",
                        "tiles or strips of 2147483647 x 2147483647",
                        new Made.Tiff(16, 16, 1, 1)
                                .strip(withEnd)
                                .tag(322, -1 >>> 1)
                                .tag(323, -1 >>> 1)
                                .tag(324, 8)
                                .tag(325, 9)
                                .bytes()),
                of(
                        "100,000 tiles beside each other",
                        "62500 tiles beside each other",
                        new Made.Tiff(1_000_000, 16, 1, 1)
                                .tag(322, 16)
                                .tag(323, 16)
                                .tag(324, manyPlaces)
                                .tag(325, manyPlaces)
                                .bytes()),
                of(
                        "one tile for a terabyte",
                        "unpacks to",
                        new Made.Tiff(14_000, 14_000, 400, 8)
                                .strip(Made.zeros(1 << 20))
                                .bytes()),
                of("a directory in itself", "", loop()),
                of(
                        "a directory of 65535 entries of nothing",
                        "lacks the tag ImageWidth",
                        Made.joined("II*\0".getBytes(), new byte[] {8, 0, 0, 0, -1, -1}, new byte[12 * 65535])),
                of("a directory behind the end", "outside the file", Made.joined("II*\0".getBytes(), new byte[] {
                    -1, -1, -1, -1
                })),
                of("1000 scans of 4 megapixels", "more than 100 scans", Made.progressive(2000, 1000)),
                of("scans of 200 megapixels", "coefficients must wait", Made.progressive(14142, 2)),
                of(
                        "one picture of many scans in many strips",
                        "more often than",
                        strips(700, 700 * 12, 700, Made.progressive(700, 60))),
                of(
                        "a large picture in each small strip",
                        "more often than",
                        strips(16, 16 * 40, 16, Made.progressive(1000, 30))),
                of("1000 scans of one block", "more than 100 scans", Made.progressive(8, 1000)),
                of("16 bits of three colours, 200 megapixels", "out of proportion", large16()),
                of("an old JPEG in a TIFF that is cut off", "no scan", oldJpegCutOff()),
                of("a dozen scans", "", Made.progressive(2000, 10)),
                of("15,000 tables", "", twice(jpeg, Made.times(Made.segment(0xdb, new byte[65]), 15_000))),
                of("250,000 application segments", "", twice(jpeg, Made.times(Made.segment(0xe1), 250_000))),
                of(
                        "8000 pieces of a profile",
                        "",
                        twice(
                                jpeg,
                                Made.times(
                                        Made.segment(
                                                0xe2,
                                                "ICC_PROFILE\0\1\377"
                                                        .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)),
                                        8000))),
                of("a megabyte of fill bytes", "", twice(jpeg, Made.times(new byte[] {-1}, 1 << 20))),
                of(
                        "a megabyte of restarts",
                        "",
                        Made.joined(
                                Arrays.copyOf(jpeg, jpeg.length - 2),
                                Made.times(new byte[] {-1, (byte) 0xd0}, 1 << 19),
                                new byte[] {-1, (byte) 0xd9})),
                of("a JPEG of 4 gigapixels", "65500 x 65500", sized(jpeg, 65500, 65500)),
                of("a JPEG without an end", "end marker", Arrays.copyOf(jpeg, jpeg.length - 2)),
                of("a JPEG of nothing", "no frame header", new byte[] {-1, (byte) 0xd8, -1, (byte) 0xd9}),
                of("two frames", "two frame headers", twice(jpeg, Arrays.copyOfRange(jpeg, 2, 2 + 69 + 13))),
                of("JPEG-LS", "JPEG-LS", twice(jpeg, Made.segment(0xf7, new byte[6]))),
                of("GIF", "no image of a kind", "GIF89a......".getBytes()));
    }

    /** A TIFF whose strips are all the same JPEG. */
    private static byte[] strips(int width, int height, int rows, byte[] jpeg) {
        long[] places = new long[height / rows];
        long[] lengths = places.clone();
        Arrays.fill(places, 8);
        Arrays.fill(lengths, jpeg.length);
        return new Made.Tiff(width, height, 1, 7)
                .strip(jpeg)
                .tag(278, rows)
                .tag(273, places)
                .tag(279, lengths)
                .bytes();
    }

    /** Two gigabytes to go through, for samples of 16 bits are read twice; the rows are not there, for that is seen before. */
    private static byte[] large16() {
        return Made.joined(
                Made.header(14142, 14142, 16, 2, false),
                Made.chunk("IDAT", new byte[64]),
                Made.chunk("IEND", new byte[0]));
    }

    /** 80 megapixels of which each row is the same four bytes again and again, in differences to what the filter foretells. */
    private static byte[] patterned(int filter) throws IOException {
        byte[] row = new byte[1 + 3 * 10_000];
        for (int i = 1; i < row.length; i++) {
            row[i] = (byte) (i % 4 * 77);
        }
        row[0] = (byte) filter;
        Deflater deflater = new Deflater();
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(packed, deflater)) {
            for (int y = 0; y < 8_000; y++) {
                out.write(row);
            }
        } finally {
            deflater.end();
        }
        return Made.joined(
                Made.header(10_000, 8_000, 8, 2, false),
                Made.chunk("IDAT", packed.toByteArray()),
                Made.chunk("IEND", new byte[0]));
    }

    /** Small files of many pixels are read as long as their filters are quick. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void filtersTakeWhatTheSizeOfAFileDeserves(int filter, @TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("a.png"), patterned(filter));
        try {
            ImageFile.open(file).resized(16, 16);
            assertTrue(filter < 3);
        } catch (ImageException e) {
            assertTrue(filter >= 3, e.getMessage());
            assertTrue(e.getMessage().contains("filters take work that is out of proportion"), e.getMessage());
        }
    }

    /** Its stream ends within its tables, and no strips are named. */
    private static byte[] oldJpegCutOff() {
        byte[] stream = Made.joined(new byte[] {(byte) 0xff, (byte) 0xd8}, Made.segment(0xdb, new byte[65]));
        return new Made.Tiff(80, 64, 3, 6)
                .strip(stream)
                .without(273)
                .without(279)
                .tag(262, 6)
                .tag(513, 8)
                .tag(514, 2749)
                .bytes();
    }

    /** A TIFF whose directory names itself as the next one. */
    private static byte[] loop() {
        byte[] file = new Made.Tiff(16, 16, 1, 1).strip(new byte[256]).bytes();
        ByteBuffer.wrap(file).order(java.nio.ByteOrder.LITTLE_ENDIAN).putInt(8 + 256 + 2 + 12 * 9, 8 + 256);
        return file;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void isReadOrRefused(String what, String rule, byte[] file) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        long pixels = 0;
        try {
            RgbImage image = Images.read(file, NAME);
            pixels = image.rgb().length;
            assertTrue(rule.isEmpty(), what + " is read, but should be refused: " + rule);
        } catch (ImageException e) {
            assertFalse(rule.isEmpty(), e.getMessage());
            assertTrue(Pattern.compile(rule).matcher(e.getMessage()).find(), e.getMessage());
            assertOneSentence(e.getMessage());
        }
        long taken = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertTrue(taken < 3 * pixels + 2L * file.length + BEYOND, what + " took " + taken + " bytes");
    }

    /** Without control characters, of at most some hundred characters, and not in a library's words. */
    static void assertOneSentence(String message) {
        assertTrue(message.length() <= 400, message);
        assertTrue(message.startsWith("[image] "), message);
        assertTrue(message.codePoints().noneMatch(c -> Character.isISOControl(c)), message);
        assertFalse(
                Pattern.compile("Exception|java\\.|null|Index \\d")
                        .matcher(message)
                        .find(),
                message);
    }

    @Test
    void theSizeAloneIsReadAsBounded() throws IOException {
        int refused = 0;
        for (Arguments a : files().toList()) {
            byte[] file = (byte[]) a.get()[2];
            long before = THREADS.getCurrentThreadAllocatedBytes();
            try (var in =
                    new javax.imageio.stream.MemoryCacheImageInputStream(new java.io.ByteArrayInputStream(file))) {
                Images.size(in, file.length, NAME);
            } catch (ImageException e) {
                assertOneSentence(e.getMessage());
                refused++;
            } catch (RuntimeException e) {
                fail(String.valueOf(a.get()[0]), e);
            }
            long taken = THREADS.getCurrentThreadAllocatedBytes() - before;
            assertTrue(taken < 2L * file.length + BEYOND, a.get()[0] + " took " + taken + " bytes");
        }
        assertTrue(refused > 15, refused + " are refused");
    }

    @Test
    void anImageThatNeverFitsIntoTheHeapIsNotDamaged() {
        long heap = Runtime.getRuntime().maxMemory();
        int side = (int) Math.min(14_000, Math.sqrt(heap / 3.0) + 100);
        ImageFile file = ImageFile.of(Made.black(side, side, 1), "large.png");
        if (3L * side * side < heap) {
            assertEquals(480, file.resized(480, 480).width());
            return;
        }
        String message = org.junit.jupiter.api.Assertions.assertThrows(ImageException.class, file::read)
                .getMessage();
        assertTrue(message.contains("heap") && !message.contains("damaged"), message);
    }
}
