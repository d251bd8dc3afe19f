package dev.swath.fianet.data;

import dev.swath.fianet.image.RgbImage;

/**
 * The eight ways to lay a sheet on its own outline. Each is the matrix (a b; c d) that takes a direction (x to the right, y
 * downwards) to what it becomes.
 */
public enum Turn {
    /** As it is. */
    NONE(1, 0, 0, 1),
    /** Left and right exchanged. */
    FLIP_LEFT_RIGHT(-1, 0, 0, 1),
    /** Top and bottom exchanged. */
    FLIP_TOP_BOTTOM(1, 0, 0, -1),
    /** By 90 degrees clockwise: what was on the top is on the right. */
    RIGHT(0, -1, 1, 0),
    /** By 180 degrees. */
    HALF(-1, 0, 0, -1),
    /** By 90 degrees counter-clockwise: what was on the top is on the left. */
    LEFT(0, 1, -1, 0),
    /** Mirrored at the diagonal through the upper left corner. */
    TRANSPOSE(0, 1, 1, 0),
    /** Mirrored at the diagonal through the upper right corner. */
    ANTI_TRANSPOSE(0, -1, -1, 0);

    private final int a;
    private final int b;
    private final int c;
    private final int d;

    Turn(int a, int b, int c, int d) {
        this.a = a;
        this.b = b;
        this.c = c;
        this.d = d;
    }

    /** What undoes it. */
    public Turn inverse() {
        return switch (this) {
            case RIGHT -> LEFT;
            case LEFT -> RIGHT;
            default -> this;
        };
    }

    /** What a direction to the right by x and downwards by y becomes, along x. */
    int x(int x, int y) {
        return a * x + b * y;
    }

    /** What a direction to the right by x and downwards by y becomes, along y. */
    int y(int x, int y) {
        return c * x + d * y;
    }

    /** The image turned. */
    public RgbImage apply(RgbImage image) {
        byte[] rgb = apply(image.rgb(), image.width(), image.height(), 3);
        return a == 0
                ? new RgbImage(image.height(), image.width(), rgb)
                : new RgbImage(image.width(), image.height(), rgb);
    }

    /** The mask turned. */
    public Mask apply(Mask mask) {
        byte[] values = apply(mask.values(), mask.width(), mask.height(), 1);
        return a == 0 ? new Mask(mask.height(), mask.width(), values) : new Mask(mask.width(), mask.height(), values);
    }

    private byte[] apply(byte[] in, int width, int height, int channels) {
        int toWidth = a == 0 ? height : width;
        int toHeight = a == 0 ? width : height;
        byte[] out = new byte[in.length];
        int at = 0;
        for (int y = 0; y < toHeight; y++) {
            int down = 2 * y - (toHeight - 1); // twice the distance from the middle, so that it is whole
            for (int x = 0; x < toWidth; x++) {
                int right = 2 * x - (toWidth - 1);
                int fromX = (a * right + c * down + width - 1) / 2; // the inverse of these matrices is their transpose
                int fromY = (b * right + d * down + height - 1) / 2;
                for (int k = 0; k < channels; k++) {
                    out[at++] = in[(fromY * width + fromX) * channels + k];
                }
            }
        }
        return out;
    }
}
