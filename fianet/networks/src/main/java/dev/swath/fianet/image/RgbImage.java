package dev.swath.fianet.image;

/**
 * An 8-bit image.
 *
 * @param width in pixels
 * @param height in pixels
 * @param rgb red, green, blue of each pixel, row by row; not copied
 */
public record RgbImage(int width, int height, byte[] rgb) {
    /** Checks. */
    public RgbImage {
        if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
            throw new ImageException("[image] an image must have at least one pixel and three bytes for each; got "
                    + width + " x " + height + " with " + rgb.length + " bytes");
        }
    }
}
