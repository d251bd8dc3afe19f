package dev.swath.fianet.draw;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * A picture as a PNG file in memory.
 *
 * @param width in pixels
 * @param height in pixels
 * @param bytes of the file; not copied
 */
public record Png(int width, int height, byte[] bytes) {
    /** Encodes a picture. */
    public static Png of(BufferedImage image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // With a stream of its own, for ImageIO's default would register a shutdown hook, which fails while one runs.
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Png(image.getWidth(), image.getHeight(), bytes.toByteArray());
    }
}
