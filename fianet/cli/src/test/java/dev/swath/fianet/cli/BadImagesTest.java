package dev.swath.fianet.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.swath.fianet.TinyModel;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images that cannot be used: one sentence with the file and the rule, exit code 1, and nothing written. */
class BadImagesTest {
    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    @BeforeAll
    static void model() throws IOException {
        TinyModel.write(shared);
    }

    private Path out() {
        return folder.resolve("out");
    }

    private void refused(Path image, String rule) {
        Cli.run("segment", "--image", image, "--text", "the ship", "--weights", shared, "--out", out())
                .refused(1, image, rule);
    }

    @AfterEach
    void nothingIsWritten() {
        assertFalse(Files.exists(out()), out() + " is left");
    }

    private static byte[] noise(String format) throws IOException {
        BufferedImage image = new BufferedImage(64, 48, BufferedImage.TYPE_3BYTE_BGR);
        byte[] values = new byte[3 * 64 * 48];
        new SplittableRandom(3).nextBytes(values);
        image.getRaster().setDataElements(0, 0, 64, 48, values);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, format, out);
        return out.toByteArray();
    }

    @Test
    void missingEmptyAFolderOrNoImage() throws IOException {
        refused(folder.resolve("missing.png"), "does not exist");
        refused(Files.createFile(folder.resolve("empty.png")), "empty");
        refused(folder, "empty.png: the file is empty"); // of a folder its images are read
        refused(Files.writeString(folder.resolve("text.png"), "hello"), "no image of a kind");
        refused(Files.write(folder.resolve("a.gif"), noise("gif")), "PNG, JPEG or TIFF");
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "tif"})
    void cutOffInTheMiddle(String format) throws IOException {
        byte[] whole = noise(format);
        Path file = folder.resolve("cut." + format);
        for (int eighths = 1; eighths < 8; eighths++) {
            refused(Files.write(file, Arrays.copyOf(whole, whole.length * eighths / 8)), "cut." + format);
        }
    }

    /** A truncated JPEG whose last bytes look like an end marker passes any check of the end alone. */
    @Test
    void aJpegThatEndsTooEarlyBehindAnEndMarker() throws IOException {
        byte[] whole = noise("jpg");
        byte[] cut = Arrays.copyOf(whole, whole.length / 2);
        cut[cut.length - 2] = (byte) 0xff;
        cut[cut.length - 1] = (byte) 0xd9;
        refused(Files.write(folder.resolve("marked.jpg"), cut), "cut off");
    }

    @Test
    void aPngOfTenBillionPixels() throws IOException {
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
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(bytes);
        data.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
        data.writeInt(13);
        data.write(header);
        data.writeInt((int) crc.getValue());
        refused(
                Files.write(folder.resolve("huge.png"), bytes.toByteArray()),
                "100000 x 100000 pixels; from 1 to 200000000");
    }

    /** One row of eight pixels, uncompressed, with the given samples a pixel, photometric code and sample format. */
    private static byte[] tiff(int samples, int bits, int photometric, int format) {
        int[][] tags = {
            {256, 4, 1, 8},
            {257, 4, 1, 1},
            {258, 3, 1, bits},
            {259, 3, 1, 1},
            {262, 3, 1, photometric},
            {273, 4, 1, 8 + 2 + 12 * 10 + 4},
            {277, 3, 1, samples},
            {278, 4, 1, 1},
            {279, 4, 1, 8 * samples * bits / 8},
            {339, 3, 1, format}
        };
        ByteBuffer b = ByteBuffer.allocate(8 + 2 + 12 * 10 + 4 + 8 * samples * bits / 8)
                .order(ByteOrder.LITTLE_ENDIAN);
        b.put((byte) 'I').put((byte) 'I').putShort((short) 42).putInt(8).putShort((short) tags.length);
        for (int[] tag : tags) {
            b.putShort((short) tag[0]).putShort((short) tag[1]).putInt(tag[2]).putInt(tag[3]);
        }
        return b.array();
    }

    @Test
    void samplesAndColoursThatAreNotRead() throws IOException {
        refused(Files.write(folder.resolve("float.tif"), tiff(1, 32, 1, 3)), "8 or 16 bits");
        refused(Files.write(folder.resolve("cmyk.tif"), tiff(4, 8, 5, 1)), "CMYK");
        WritableRaster four = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 16, 16, 4, null);
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream stream = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(stream);
            writer.write(new IIOImage(four, null, null));
        }
        refused(Files.write(folder.resolve("cmyk.jpg"), bytes.toByteArray()), "CMYK");
    }
}
