package dev.swath.fianet;

import dev.swath.fianet.model.NetworkProvider.Upscaling;
import dev.swath.tensor.Tensor;

/** Brings what a network says about each pixel that it sees to the size of the image. */
final class Enlarged {
    private Enlarged() {}

    /** Probabilities of logits (1, 2, size, size) at the image's size; the mask is above one half. */
    static SegmentationResult result(int width, int height, Tensor logits, Upscaling upscaling) {
        int size = logits.dim(2);
        float[] both = logits.toFloatArray();
        float[] small = new float[size * size];
        for (int i = 0; i < small.length; i++) {
            small[i] = (float) (1 / (1 + Math.exp((double) both[i] - both[small.length + i])));
        }
        SegmentationResult.Rows rows =
                switch (upscaling) {
                    case BILINEAR -> bilinear(small, size, width, height);
                    case NEAREST -> nearest(small, size, width, height);
                };
        return SegmentationResult.of(width, height, rows, logits);
    }

    private static SegmentationResult.Rows nearest(float[] small, int size, int width, int height) {
        int[] places = new int[width];
        for (int x = 0; x < width; x++) {
            places[x] = (int) ((long) x * size / width);
        }
        return (y, out) -> {
            int row = (int) ((long) y * size / height) * size;
            for (int x = 0; x < width; x++) {
                out[x] = small[row + places[x]];
            }
        };
    }

    private static SegmentationResult.Rows bilinear(float[] small, int size, int width, int height) {
        int[] places = new int[width];
        double[] fractions = new double[width];
        for (int x = 0; x < width; x++) {
            double u = Math.clamp((x + 0.5) * size / width - 0.5, 0, size - 1);
            places[x] = Math.min((int) u, Math.max(0, size - 2));
            fractions[x] = u - places[x];
        }
        return (y, out) -> {
            double v = Math.clamp((y + 0.5) * size / height - 0.5, 0, size - 1);
            int top = Math.min((int) v, Math.max(0, size - 2));
            int above = top * size;
            int below = Math.min(top + 1, size - 1) * size;
            for (int x = 0; x < width; x++) {
                double upper = between(small, above + places[x], fractions[x], size);
                double lower = between(small, below + places[x], fractions[x], size);
                out[x] = (float) (upper + (v - top) * (lower - upper));
            }
        };
    }

    private static double between(float[] row, int at, double fraction, int size) {
        double next = size == 1 ? row[at] : row[at + 1];
        return row[at] + fraction * (next - row[at]);
    }
}
