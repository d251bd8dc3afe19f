package dev.swath.fianet.draw;

import dev.swath.fianet.image.RgbImage;
import dev.swath.files.AtomicFile;
import java.awt.image.BufferedImage;
import java.nio.file.Path;

/** Writes masks, probabilities and overlays as PNG files, whole or not at all. */
public final class Overlays {
    private static final int[] COLOUR = {255, 64, 32};
    private static final double OPACITY = 0.45;

    private Overlays() {}

    /** A gray PNG: 255 where the mask is set, else 0. */
    public static void writeMask(Path file, boolean[] mask, int width, int height) {
        byte[] gray = new byte[mask.length];
        for (int i = 0; i < mask.length; i++) {
            gray[i] = (byte) (mask[i] ? 255 : 0);
        }
        writeGray(file, gray, width, height);
    }

    /** A gray PNG: 255 where the probability is 1. */
    public static void writeProbability(Path file, float[] probability, int width, int height) {
        byte[] gray = new byte[probability.length];
        for (int i = 0; i < gray.length; i++) {
            gray[i] = (byte) Math.round(255 * probability[i]);
        }
        writeGray(file, gray, width, height);
    }

    private static void writeGray(Path file, byte[] gray, int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setDataElements(0, 0, width, height, gray);
        write(file, image);
    }

    /** The image with the mask laid over it in red and its outline drawn. */
    public static void writeOverlay(Path file, RgbImage image, boolean[] mask) {
        write(file, overlay(image, mask));
    }

    /** The image with the mask laid over it. */
    static BufferedImage overlay(RgbImage image, boolean[] mask) {
        int width = image.width();
        int height = image.height();
        BufferedImage out = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int i = y * width + x;
                boolean edge = mask[i]
                        && (x == 0
                                || y == 0
                                || x == width - 1
                                || y == height - 1
                                || !mask[i - 1]
                                || !mask[i + 1]
                                || !mask[i - width]
                                || !mask[i + width]);
                double opacity = edge ? 1 : mask[i] ? OPACITY : 0;
                int rgb = 0;
                for (int c = 0; c < 3; c++) {
                    int v = image.rgb()[3 * i + c] & 0xff;
                    rgb = rgb << 8 | (int) Math.round(v + opacity * (COLOUR[c] - v));
                }
                out.setRGB(x, y, rgb);
            }
        }
        return out;
    }

    /** Writes a PNG. */
    static void write(Path file, BufferedImage image) {
        AtomicFile.write(file, Png.of(image).bytes());
    }
}
