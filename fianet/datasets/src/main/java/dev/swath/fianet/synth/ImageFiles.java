package dev.swath.fianet.synth;

import dev.swath.fianet.data.Mask;
import dev.swath.fianet.image.JdkPlugins;
import dev.swath.fianet.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.IIOImage;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.spi.ImageWriterSpi;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Pictures and masks as the files that the two data sets hold. */
final class ImageFiles {
    private static final float JPEG_QUALITY = 0.95f;

    private ImageFiles() {}

    static void tiff(Path file, RgbImage image) throws IOException {
        write(file, "tiff", picture(image));
    }

    static void tiff(Path file, Mask mask) throws IOException {
        write(file, "tiff", gray(mask));
    }

    static void jpeg(Path file, RgbImage image) throws IOException {
        write(file, "jpeg", picture(image));
    }

    private static BufferedImage picture(RgbImage image) {
        BufferedImage out = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        int[] line = new int[image.width()];
        for (int y = 0, at = 0; y < image.height(); y++) {
            for (int x = 0; x < line.length; x++, at += 3) {
                line[x] =
                        (image.rgb()[at] & 0xff) << 16 | (image.rgb()[at + 1] & 0xff) << 8 | image.rgb()[at + 2] & 0xff;
            }
            out.setRGB(0, y, line.length, 1, line, 0, line.length);
        }
        return out;
    }

    private static BufferedImage gray(Mask mask) {
        BufferedImage out = new BufferedImage(mask.width(), mask.height(), BufferedImage.TYPE_BYTE_GRAY);
        byte[] values = new byte[mask.values().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) (mask.values()[i] == 0 ? 0 : 255);
        }
        out.getRaster().setDataElements(0, 0, mask.width(), mask.height(), values);
        return out;
    }

    /** The JDK's own, whatever other plug-ins the host has: the files of a seed are the same everywhere. */
    private static ImageWriter writer(String format) throws IOException {
        return JdkPlugins.find(ImageWriterSpi.class, format)
                .orElseThrow(() -> new IOException(
                        "this Java has no writer of " + format + " images, or it was taken out of the registry"))
                .createWriterInstance();
    }

    private static void write(Path file, String format, BufferedImage image) throws IOException {
        ImageWriter writer = writer(format);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // With a stream of its own: where ImageIO's cannot be opened it prints a stack trace and gives none.
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            ImageWriteParam how = writer.getDefaultWriteParam();
            how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            if (format.equals("jpeg")) {
                how.setCompressionQuality(JPEG_QUALITY);
            } else {
                how.setCompressionType("LZW");
            }
            writer.write(null, new IIOImage(image, null, null), how);
        } finally {
            writer.dispose();
        }
        Files.write(file, bytes.toByteArray());
    }
}
