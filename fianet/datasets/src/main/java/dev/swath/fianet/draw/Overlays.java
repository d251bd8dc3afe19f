package dev.swath.fianet.draw;

import dev.swath.fianet.image.ImageFile;
import dev.swath.fianet.image.RgbImage;
import dev.swath.files.AtomicFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Path;

/** Writes masks, probabilities and overlays as PNG files, whole or not at all. */
public final class Overlays {
    private static final int[] COLOUR = {255, 64, 32};
    private static final double OPACITY = 0.45;

    private Overlays() {}

    /** Fills in a row of a picture. */
    @FunctionalInterface
    private interface Row {
        void fill(int y, byte[] to);
    }

    /** A gray PNG: 255 where the mask is set, else 0. */
    public static void writeMask(Path file, boolean[] mask, int width, int height) {
        writeGray(file, width, height, (y, to) -> {
            for (int x = 0; x < width; x++) {
                to[x] = (byte) (mask[y * width + x] ? 255 : 0);
            }
        });
    }

    /** A gray PNG: 255 where the probability is 1. */
    public static void writeProbability(Path file, FloatFiles.Rows probability, int width, int height) {
        float[] row = new float[width];
        writeGray(file, width, height, (y, to) -> {
            probability.fill(y, row);
            for (int x = 0; x < width; x++) {
                to[x] = (byte) Math.round(255 * row[x]);
            }
        });
    }

    private static void writeGray(Path file, int width, int height, Row row) {
        AtomicFile.write(file, channel -> {
            try (RowPng png = new RowPng(Channels.newOutputStream(channel), width, height, 1)) {
                for (int y = 0; y < height; y++) {
                    row.fill(y, png.row());
                    png.write();
                }
                png.finish();
            }
        });
    }

    /** The image with the mask laid over it in red and its outline drawn. */
    public static void writeOverlay(Path file, RgbImage image, boolean[] mask) {
        AtomicFile.write(file, channel -> {
            try (RowPng png = new RowPng(Channels.newOutputStream(channel), image.width(), image.height(), 3)) {
                for (int y = 0; y < image.height(); y++) {
                    System.arraycopy(image.rgb(), y * png.row().length, png.row(), 0, png.row().length);
                    overlay(png.row(), y, image.width(), image.height(), mask);
                    png.write();
                }
                png.finish();
            }
        });
    }

    /** The image in a file with the mask laid over it; its rows are read as they are written. */
    public static void writeOverlay(Path file, ImageFile image, boolean[] mask) {
        AtomicFile.write(file, channel -> {
            try (RowPng png = new RowPng(Channels.newOutputStream(channel), image.width(), image.height(), 3)) {
                image.rows((y, rgb) -> {
                    System.arraycopy(rgb, 0, png.row(), 0, rgb.length);
                    overlay(png.row(), y, image.width(), image.height(), mask);
                    try {
                        png.write();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
                png.finish();
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        });
    }

    /** The image with the mask laid over it. */
    static BufferedImage overlay(RgbImage image, boolean[] mask) {
        int width = image.width();
        int height = image.height();
        BufferedImage out = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        byte[] row = new byte[3 * width];
        for (int y = 0; y < height; y++) {
            System.arraycopy(image.rgb(), y * row.length, row, 0, row.length);
            overlay(row, y, width, height, mask);
            for (int x = 0; x < width; x++) {
                out.setRGB(x, y, (row[3 * x] & 0xff) << 16 | (row[3 * x + 1] & 0xff) << 8 | row[3 * x + 2] & 0xff);
            }
        }
        return out;
    }

    /** Lays the mask over one row. */
    private static void overlay(byte[] row, int y, int width, int height, boolean[] mask) {
        for (int x = 0; x < width; x++) {
            int i = y * width + x;
            if (!mask[i]) {
                continue;
            }
            boolean edge = x == 0
                    || y == 0
                    || x == width - 1
                    || y == height - 1
                    || !mask[i - 1]
                    || !mask[i + 1]
                    || !mask[i - width]
                    || !mask[i + width];
            double opacity = edge ? 1 : OPACITY;
            for (int c = 0; c < 3; c++) {
                int v = row[3 * x + c] & 0xff;
                row[3 * x + c] = (byte) Math.round(v + opacity * (COLOUR[c] - v));
            }
        }
    }

    /** Writes a PNG. */
    static void write(Path file, BufferedImage image) {
        AtomicFile.write(file, Png.of(image).bytes());
    }
}
