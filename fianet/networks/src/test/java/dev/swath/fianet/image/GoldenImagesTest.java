package dev.swath.fianet.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.files.json.Json;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoldenImagesTest {
    private static byte[] bytes(Tensor t) {
        long[] values = t.toLongArray();
        byte[] out = new byte[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) values[i];
        }
        return out;
    }

    @Test
    void resizeIsExact() {
        Golden g = Golden.of("image_resize");
        int checked = 0;
        for (Object row : Json.asList(g.description().get("rows"), "rows")) {
            Map<String, Object> r = Json.asObject(row, "row");
            String key = String.valueOf(r.get("key"));
            Tensor in = g.tensor("in/rgb_" + key);
            Tensor want = g.tensor("out/rgb_" + key);
            RgbImage got =
                    PillowResize.bilinear(new RgbImage(in.dim(1), in.dim(0), bytes(in)), want.dim(1), want.dim(0));
            assertArrayEquals(bytes(want), got.rgb(), key);
            Tensor mask = g.tensor("in/mask_" + key);
            assertArrayEquals(
                    bytes(g.tensor("out/mask_" + key)),
                    PillowResize.nearest(bytes(mask), mask.dim(1), mask.dim(0), want.dim(1), want.dim(0)),
                    key);
            checked++;
        }
        assertEquals(10, checked);
    }

    @Test
    void theInputTensorIsThePublishedOne() {
        Golden g = Golden.of("image_tensor");
        Tensor in = g.tensor("in/rgb");
        Tensor got = Preprocessor.imageNet(24).apply(new RgbImage(in.dim(1), in.dim(0), bytes(in)));
        Golden.assertClose("tensor", g.tensor("out/tensor"), got.select(0, 0).permute(2, 0, 1), g.tolerance("out"));
    }

    @Test
    void everyValueIsRestored() {
        byte[] rgb = new byte[3 * 16 * 16];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i / 3);
        }
        Preprocessor preprocessor = Preprocessor.imageNet(16);
        RgbImage restored = preprocessor.restore(preprocessor.apply(new RgbImage(16, 16, rgb)));
        assertArrayEquals(rgb, restored.rgb());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gray.png",
                "gray_lzw.tif",
                "gray_raw.tif",
                "palette.png",
                "rgb.jpg",
                "rgb.png",
                "rgb_deflate.tif",
                "rgb_lzw.tif",
                "rgb_packbits.tif",
                "rgb_raw.tif",
                "rgba.png",
                "rgba.tif"
            })
    void filesAreDecodedAsTheReferenceDoes(String name, @TempDir Path folder) throws IOException {
        Golden g = Golden.of("image_files");
        RgbImage image = Images.read(Golden.copy("image_files", name, folder));
        Tensor want = g.tensor("out/" + name);
        byte[] w = bytes(want);
        assertEquals(want.dim(0), image.height());
        assertEquals(want.dim(1), image.width());
        int allowed = name.endsWith("jpg") ? 8 : 0;
        for (int i = 0; i < image.rgb().length; i++) {
            int at = i;
            int expected = (want.rank() == 2 ? w[i / 3] : w[i]) & 0xff;
            int actual = image.rgb()[i] & 0xff;
            assertTrue(
                    Math.abs(expected - actual) <= allowed,
                    () -> name + " at " + at + ": " + actual + " for " + expected);
        }
    }

    @Test
    void sixteenBitsAreStretchedBetweenPercentiles(@TempDir Path folder) throws IOException {
        RgbImage image = Images.read(Golden.copy("image_files", "gray16.png", folder));
        int low = 255;
        int high = 0;
        for (byte b : image.rgb()) {
            low = Math.min(low, b & 0xff);
            high = Math.max(high, b & 0xff);
        }
        assertEquals(0, low);
        assertEquals(255, high);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rgb.png", "rgb.jpg", "rgb_raw.tif", "rgb_lzw.tif"})
    void truncatedFilesAreRefusedOrWhole(String name, @TempDir Path folder) throws IOException {
        byte[] all = Golden.resource("image_files", name);
        RgbImage whole = Images.read(Files.write(folder.resolve(name), all));
        int refused = 0;
        for (int n = 0; n < all.length; n += 7) {
            Path cut = Files.write(folder.resolve("cut-" + name), Arrays.copyOf(all, n));
            try {
                assertArrayEquals(whole.rgb(), Images.read(cut).rgb(), name + " cut to " + n + " of " + all.length);
            } catch (ImageException e) {
                assertTrue(e.getMessage().contains("cut-" + name), e.getMessage());
                refused++;
            }
        }
        assertTrue(refused > all.length / 7 / 2, "most cuts are refused");
    }

    @Test
    void aHugeHeaderIsRefusedBeforeItTakesMemory(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("huge.png");
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
            byte[] header = ByteBuffer.allocate(17)
                    .put("IHDR".getBytes())
                    .putInt(100_000)
                    .putInt(100_000)
                    .put((byte) 8)
                    .put((byte) 2)
                    .put(new byte[3])
                    .array();
            CRC32 crc = new CRC32();
            crc.update(header);
            out.write(ByteBuffer.allocate(4).putInt(13).array());
            out.write(header);
            out.write(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
        }
        String message =
                assertThrows(ImageException.class, () -> Images.read(file)).getMessage();
        assertTrue(message.contains("100000 x 100000"), message);
    }

    /** Downloads that gave something else, and images of other kinds. */
    @ParameterizedTest
    @CsvSource({
        "version https://git-lfs.github.com/spec/v1, a Git LFS pointer",
        "<!DOCTYPE html><html><head>, an HTML page",
        "<?xml version='1.0'?>, an XML document",
        "GIF89a, a GIF image",
        "RIFF\1\2\3\4WEBPVP8, a WebP image",
        "%PDF-1.7, a PDF document",
        "hello, a text",
    })
    void whatItIsInsteadIsNamed(String begin, String words, @TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("a.png"), begin.getBytes(StandardCharsets.ISO_8859_1));
        String message =
                assertThrows(ImageException.class, () -> Images.read(file)).getMessage();
        assertTrue(message.contains("PNG, JPEG or TIFF; it is " + words), message);
    }

    @Test
    void whatIsNoImageIsNamed(@TempDir Path folder) throws IOException {
        Path text = Files.writeString(folder.resolve("a.png"), "hello");
        assertTrue(assertThrows(ImageException.class, () -> Images.read(text))
                .getMessage()
                .contains("no image of a kind"));
        Path empty = Files.createFile(folder.resolve("b.png"));
        assertTrue(assertThrows(ImageException.class, () -> Images.read(empty))
                .getMessage()
                .contains("empty"));
        assertTrue(assertThrows(ImageException.class, () -> Images.read(folder.resolve("c.png")))
                .getMessage()
                .contains("does not exist"));
    }
}
