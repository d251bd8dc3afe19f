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
        float[] probability =
                switch (upscaling) {
                    case BILINEAR -> bilinear(small, size, width, height);
                    case NEAREST -> nearest(small, size, width, height);
                };
        boolean[] mask = new boolean[probability.length];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = probability[i] > 0.5f;
        }
        return new SegmentationResult(width, height, mask, probability, logits);
    }

    private static float[] nearest(float[] small, int size, int width, int height) {
        float[] out = new float[width * height];
        for (int y = 0; y < height; y++) {
            int row = (int) ((long) y * size / height) * size;
            for (int x = 0; x < width; x++) {
                out[y * width + x] = small[row + (int) ((long) x * size / width)];
            }
        }
        return out;
    }

    private static float[] bilinear(float[] small, int size, int width, int height) {
        float[] out = new float[width * height];
        for (int y = 0; y < height; y++) {
            double v = Math.clamp((y + 0.5) * size / height - 0.5, 0, size - 1);
            int top = Math.min((int) v, Math.max(0, size - 2));
            for (int x = 0; x < width; x++) {
                double u = Math.clamp((x + 0.5) * size / width - 0.5, 0, size - 1);
                int left = Math.min((int) u, Math.max(0, size - 2));
                double upper = between(small, top * size + left, u - left, size);
                double lower = between(small, Math.min(top + 1, size - 1) * size + left, u - left, size);
                out[y * width + x] = (float) (upper + (v - top) * (lower - upper));
            }
        }
        return out;
    }

    private static double between(float[] row, int at, double fraction, int size) {
        double next = size == 1 ? row[at] : row[at + 1];
        return row[at] + fraction * (next - row[at]);
    }
}
