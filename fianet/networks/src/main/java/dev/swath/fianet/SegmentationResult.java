package dev.swath.fianet;

import dev.swath.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a sentence selects in an image: at the image's own size a mask, a byte for each pixel, and probabilities, which are worked
 * out from the network's logits when they are asked for, so that those of a scene need not all be in memory. Thread-safe.
 */
public final class SegmentationResult {
    /** The threshold of a mask that was not made by another. */
    private static final float HALF = 0.5f;

    /** Gives the probabilities of the object in a row of the image. */
    @FunctionalInterface
    interface Rows {
        /** Fills in row {@code y}, counted from 0 at the top. */
        void fill(int y, float[] row);
    }

    private final int width;
    private final int height;
    private final boolean[] mask;
    private final Rows rows;
    private final Tensor logits;

    /** What the mask's pixels are above, if that is all that there is to it; NaN if not. */
    private final float threshold;

    private volatile float @Nullable [] probability;

    /**
     * Of pixels, row by row.
     *
     * @param width of the image
     * @param height of the image
     * @param mask true for each pixel of the object
     * @param probability of the object for each pixel
     * @param logits (1, 2, size, size) as the network gives them
     */
    public SegmentationResult(int width, int height, boolean[] mask, float[] probability, Tensor logits) {
        this(
                width,
                height,
                mask,
                (y, row) -> System.arraycopy(probability, y * width, row, 0, width),
                logits,
                Float.NaN);
        this.probability = probability;
    }

    private SegmentationResult(int width, int height, boolean[] mask, Rows rows, Tensor logits, float threshold) {
        this.width = width;
        this.height = height;
        this.mask = mask;
        this.rows = rows;
        this.logits = logits;
        this.threshold = threshold;
    }

    /** The pixels that are likelier than not to be of the object. */
    static SegmentationResult of(int width, int height, Rows rows, Tensor logits) {
        return new SegmentationResult(width, height, above(HALF, width, height, rows), rows, logits, HALF);
    }

    private static boolean[] above(float threshold, int width, int height, Rows rows) {
        boolean[] out = new boolean[width * height];
        float[] row = new float[width];
        for (int y = 0; y < height; y++) {
            rows.fill(y, row);
            for (int x = 0; x < width; x++) {
                out[y * width + x] = row[x] > threshold;
            }
        }
        return out;
    }

    /** Of the image. */
    public int width() {
        return width;
    }

    /** Of the image. */
    public int height() {
        return height;
    }

    /** True for each pixel of the object, row by row, at the image's own size. */
    public boolean[] mask() {
        return mask;
    }

    /** Of the object for each pixel, at the image's own size; worked out at the first call. */
    public float[] probability() {
        float[] all = probability;
        if (all == null) {
            all = new float[width * height];
            float[] row = new float[width];
            for (int y = 0; y < height; y++) {
                rows.fill(y, row);
                System.arraycopy(row, 0, all, y * width, width);
            }
            probability = all;
        }
        return all;
    }

    /** The probabilities of one row of the image, {@code y} counted from 0 at the top, into the first places of an array. */
    public void probabilityRow(int y, float[] row) {
        rows.fill(y, row);
    }

    /** (1, 2, size, size) as the network gives them. */
    public Tensor logits() {
        return logits;
    }

    /**
     * The same with another mask: the pixels whose probability is above the threshold, without the patches of fewer than
     * {@code leastPixels} pixels (patches are what touches at sides or corners).
     *
     * @param threshold from 0 to 1; {@code segment} takes one half
     * @param leastPixels 0 or 1 to keep all
     */
    public SegmentationResult masked(double threshold, int leastPixels) {
        if (!(threshold >= 0 && threshold <= 1) || leastPixels < 0) {
            throw new IllegalArgumentException(
                    "[mask] the threshold must lie in [0, 1] and the area must be at least 0; got " + threshold
                            + " and " + leastPixels);
        }
        boolean same = this.threshold == (float) threshold;
        if (leastPixels <= 1 && same) {
            return this;
        }
        boolean[] above = same ? mask : above((float) threshold, width, height, rows);
        boolean[] kept = leastPixels > 1 ? Patches.withoutSmall(above, width, height, leastPixels) : above;
        return new SegmentationResult(
                width, height, kept, rows, logits, leastPixels > 1 ? Float.NaN : (float) threshold);
    }

    /** Number of pixels in the mask. */
    public int area() {
        int n = 0;
        for (boolean m : mask) {
            n += m ? 1 : 0;
        }
        return n;
    }

    /** Mean probability inside the mask; 0 if it is empty. */
    public double score() {
        double sum = 0;
        int area = 0;
        float[] row = new float[width];
        for (int y = 0; y < height; y++) {
            boolean filled = false;
            for (int x = 0; x < width; x++) {
                if (!mask[y * width + x]) {
                    continue;
                }
                if (!filled) {
                    rows.fill(y, row);
                    filled = true;
                }
                sum += row[x];
                area++;
            }
        }
        return area == 0 ? 0 : sum / area;
    }

    /** Left, top, right (exclusive), bottom (exclusive) of the mask; all 0 if it is empty. */
    public int[] bounds() {
        int[] b = {width, height, 0, 0};
        for (int i = 0; i < mask.length; i++) {
            if (mask[i]) {
                b[0] = Math.min(b[0], i % width);
                b[1] = Math.min(b[1], i / width);
                b[2] = Math.max(b[2], i % width + 1);
                b[3] = Math.max(b[3], i / width + 1);
            }
        }
        return b[2] == 0 ? new int[4] : b;
    }

    @Override
    public String toString() {
        return "SegmentationResult[" + width + " x " + height + ", " + area() + " pixels within "
                + Arrays.toString(bounds()) + "]";
    }
}
