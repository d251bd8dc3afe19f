package dev.swath.fianet.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.testkit.Golden;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows and resized images are those of the whole image; bands, notes and what is no regular file. */
class ImageFileTest {
    private static byte[] resource(String name) throws IOException {
        if (!name.contains("/")) {
            return Golden.resource("image_files", name);
        }
        try (InputStream in = ImageFileTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rgb.jpg",
                "gray16.png",
                "palette.png",
                "rgb_lzw.tif",
                "cases/orientation_3.tif",
                "cases/orientation_6.tif",
                "cases/planar_13_bands_16_bits.tif",
                "more/png_2_8_1_53x77.png",
                "more/tc_jpeg_tile.tif"
            })
    void rowsAndResizedAreThoseOfTheWhole(String name) throws IOException {
        ImageFile file = ImageFile.of(resource(name), name);
        RgbImage whole = file.read();
        assertEquals(whole.width(), file.width());
        assertEquals(whole.height(), file.height());
        byte[] together = new byte[whole.rgb().length];
        int[] next = {0};
        file.rows((y, rgb) -> {
            assertEquals(next[0]++, y);
            System.arraycopy(rgb, 0, together, y * rgb.length, rgb.length);
        });
        assertArrayEquals(whole.rgb(), together);
        for (int[] size : new int[][] {{7, 5}, {200, 9}, {whole.width(), 300}, {11, whole.height()}}) {
            assertArrayEquals(
                    PillowResize.bilinear(whole, size[0], size[1]).rgb(),
                    file.resized(size[0], size[1]).rgb());
        }
    }

    @Test
    void bandsAreChosen() throws IOException {
        byte[] planar = resource("cases/planar_4_bands_8_bits.tif");
        byte[] rgb = Images.read(planar, "a.tif").rgb();
        byte[] turned = ImageFile.of(planar, "a.tif", new Bands(3, 1, 2)).read().rgb();
        for (int i = 0; i < rgb.length; i += 3) {
            assertEquals(List.of(rgb[i + 2], rgb[i], rgb[i + 1]), List.of(turned[i], turned[i + 1], turned[i + 2]));
        }
        byte[] gray = ImageFile.of(planar, "a.tif", new Bands(4, 4, 4)).read().rgb();
        assertEquals(gray[0], gray[2]);
        String message = assertThrows(ImageException.class, () -> ImageFile.of(planar, "a.tif", new Bands(1, 2, 5)))
                .getMessage();
        assertTrue(message.contains("band 5 was asked for, but the image has 4 bands"), message);
        assertThrows(ImageException.class, () -> new Bands(0, 1, 2));
        byte[] chunky = new byte[2 * 2 * 5];
        for (int i = 0; i < chunky.length; i++) {
            chunky[i] = (byte) i;
        }
        byte[] tiff = new Made.Tiff(2, 2, 5, 1).strip(chunky).bytes();
        assertArrayEquals(
                new byte[] {4, 3, 1, 9, 8, 6, 14, 13, 11, 19, 18, 16},
                ImageFile.of(tiff, "five.tif", new Bands(5, 4, 2)).read().rgb());
    }

    @Test
    void aPassedOverOrientationIsTold() throws IOException {
        byte[] jpeg = resource("rgb.jpg");
        byte[] exif = ByteBuffer.allocate(6 + 8 + 2 + 12 + 4)
                .put("Exif\0\0MM\0*".getBytes())
                .putInt(8)
                .putShort((short) 1)
                .putShort((short) 274)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) 6)
                .array();
        byte[] turned =
                Made.joined(Arrays.copyOf(jpeg, 2), Made.segment(0xe1, exif), Arrays.copyOfRange(jpeg, 2, jpeg.length));
        assertEquals(List.of(), ImageFile.of(jpeg, "a.jpg").notes());
        ImageFile file = ImageFile.of(turned, "a.jpg");
        assertEquals(1, file.notes().size());
        assertTrue(
                file.notes().getFirst().contains("EXIF orientation 6"),
                file.notes().toString());
        assertArrayEquals(Images.read(jpeg, "a.jpg").rgb(), file.read().rgb());
    }

    @Test
    void aLargeSceneIsResizedInBoundedMemory() {
        // 150 million pixels in one tile that is named a hundred times over.
        byte[] tile = Made.zeros(1536L * 1000 * 4);
        long[] places = new long[100];
        long[] lengths = new long[100];
        Arrays.fill(places, 8);
        Arrays.fill(lengths, tile.length);
        byte[] tiff = new Made.Tiff(15_000, 10_000, 4, 8)
                .strip(tile)
                .tag(322, 1536)
                .tag(323, 1000)
                .tag(324, places)
                .tag(325, lengths)
                .bytes();
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        RgbImage square = ImageFile.of(tiff, "scene.tif").resized(480, 480);
        assertEquals(480 * 480 * 3, square.rgb().length);
        long taken = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(taken < 64 << 20, taken + " bytes");
    }

    @Test
    void whatIsNoRegularFileIsReadToItsEnd(@TempDir Path folder) throws IOException, InterruptedException {
        Path pipe = folder.resolve("pipe.png");
        boolean made = new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0;
        org.junit.jupiter.api.Assumptions.assumeTrue(made, "this system has no named pipes");
        byte[] png = resource("rgb.png");
        Thread writer = Thread.ofPlatform().daemon().start(() -> {
            try {
                Files.write(pipe, png);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        assertArrayEquals(Images.read(png, "a").rgb(), Images.read(pipe).rgb());
        writer.join();
        assertTrue(assertThrows(ImageException.class, () -> Images.read(Path.of("/dev/zero")))
                .getMessage()
                .contains("no image of a kind"));
    }
}
