package dev.swath.fianet.data;

import dev.swath.fianet.image.PillowResize;

/**
 * Which pixels belong to the object.
 *
 * @param width in pixels
 * @param height in pixels
 * @param values 1 for a pixel of the object, else 0, row by row; not copied
 */
public record Mask(int width, int height, byte[] values) {
    /** Checks. */
    public Mask {
        if (width < 1 || height < 1 || values.length != (long) width * height) {
            throw new DataException("[mask] a mask must have at least one pixel and one byte for each; got " + width
                    + " x " + height + " with " + values.length + " bytes");
        }
    }

    /** The mask at another size, by the nearest pixel. */
    public Mask resized(int toWidth, int toHeight) {
        return new Mask(toWidth, toHeight, PillowResize.nearest(values, width, height, toWidth, toHeight));
    }

    /** Whether each pixel is of the object, row by row. */
    public boolean[] toBooleanArray() {
        boolean[] out = new boolean[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[i] != 0;
        }
        return out;
    }

    /** Number of pixels of the object. */
    public int area() {
        int n = 0;
        for (byte v : values) {
            n += v;
        }
        return n;
    }
}
