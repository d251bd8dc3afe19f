package dev.swath.fianet;

import dev.swath.tensor.Tensor;

/**
 * What a sentence selects in an image.
 *
 * @param width of the image
 * @param height of the image
 * @param mask true for each pixel of the object, row by row, at the image's own size
 * @param probability of the object for each pixel, at the image's own size
 * @param logits (1, 2, size, size) as the network gives them
 */
public record SegmentationResult(int width, int height, boolean[] mask, float[] probability, Tensor logits) {
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
        if (leastPixels <= 1 && isAbove((float) threshold)) {
            return this;
        }
        boolean[] above = new boolean[probability.length];
        for (int i = 0; i < above.length; i++) {
            above[i] = probability[i] > (float) threshold;
        }
        boolean[] kept = leastPixels > 1 ? Patches.withoutSmall(above, width, height, leastPixels) : above;
        return new SegmentationResult(width, height, kept, probability, logits);
    }

    private boolean isAbove(float threshold) {
        for (int i = 0; i < mask.length; i++) {
            if (mask[i] != probability[i] > threshold) {
                return false;
            }
        }
        return true;
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
        for (int i = 0; i < mask.length; i++) {
            sum += mask[i] ? probability[i] : 0;
        }
        return area() == 0 ? 0 : sum / area();
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
}
