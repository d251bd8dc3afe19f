package dev.swath.fianet.image;

/**
 * An image of one channel, its samples as stored; those of fewer than 8 bits scaled to 255.
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
}
