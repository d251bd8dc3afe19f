package dev.swath.fianet.draw;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

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
        int width = image.getWidth();
        int height = image.getHeight();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int[] line = new int[width];
        try (RowPng png = new RowPng(bytes, width, height, 3)) {
            for (int y = 0; y < height; y++) {
                image.getRGB(0, y, width, 1, line, 0, width);
                byte[] row = png.row();
                for (int x = 0; x < width; x++) {
                    row[3 * x] = (byte) (line[x] >> 16);
                    row[3 * x + 1] = (byte) (line[x] >> 8);
                    row[3 * x + 2] = (byte) line[x];
                }
                png.write();
            }
            png.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Png(width, height, bytes.toByteArray());
    }
}
