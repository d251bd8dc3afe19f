package dev.swath.fianet.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * An image of one channel, its samples as stored.
 *
 * @param width in pixels
 * @param height in pixels
 * @param values one for each pixel, row by row; not copied
 */
public record GrayImage(int width, int height, int[] values) {
    /** Checks. */
    public GrayImage {
        if (width < 1 || height < 1 || values.length != (long) width * height) {
            throw new ImageException("[image] an image must have at least one pixel and a value for each; got " + width
                    + " x " + height + " with " + values.length + " values");
        }
    }

    /** One channel of an image in memory: its only one, or the luma of its colours (ITU-R 601, 16 fractional bits). */
    static GrayImage of(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        int[] out = new int[width * height];
        Raster raster = image.getRaster();
        boolean indexed = image.getColorModel() instanceof IndexColorModel || raster.getNumBands() >= 3;
        if (indexed) {
            byte[] rgb = Images.of(image).rgb();
            for (int i = 0; i < out.length; i++) {
                int red = rgb[3 * i] & 0xff;
                int green = rgb[3 * i + 1] & 0xff;
                int blue = rgb[3 * i + 2] & 0xff;
                out[i] = (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
            }
        } else {
            raster.getSamples(raster.getMinX(), raster.getMinY(), width, height, 0, out);
        }
        return new GrayImage(width, height, out);
    }
}
