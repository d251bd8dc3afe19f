package dev.swath.fianet.inspect.page;

import dev.swath.tensor.Tensor;
import java.util.Map;

/**
 * By how much the object's logit is above the other one, pixel by pixel: above 0 lies what is marked.
 *
 * @param rows rows
 * @param cols columns
 * @param values row by row
 */
record Margin(int rows, int cols, float[] values) {
    /** Of logits (1, 2, rows, cols). */
    static Margin of(Tensor logits) {
        float[] both = logits.toFloatArray();
        float[] out = new float[both.length / 2];
        for (int i = 0; i < out.length; i++) {
            out[i] = both[out.length + i] - both[i];
        }
        return new Margin(logits.dim(2), logits.dim(3), out);
    }

    /** 1 for each pixel that is marked, else 0. */
    byte[] mask() {
        byte[] out = new byte[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) (values[i] > 0 ? 1 : 0);
        }
        return out;
    }

    /** Where it is largest. */
    int peak() {
        int at = 0;
        for (int i = 1; i < values.length; i++) {
            at = values[i] > values[at] ? i : at;
        }
        return at;
    }

    /** Means over squares of so many pixels a side; at the right and the lower end over what is left of them. */
    Margin coarser(int side) {
        int h = Math.ceilDiv(rows, side);
        int w = Math.ceilDiv(cols, side);
        double[] sums = new double[h * w];
        int[] counts = new int[h * w];
        for (int i = 0; i < values.length; i++) {
            int at = i / cols / side * w + i % cols / side;
            sums[at] += values[i];
            counts[at]++;
        }
        float[] out = new float[h * w];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) (sums[i] / counts[i]);
        }
        return new Margin(h, w, out);
    }

    Map<String, Object> json(Blobs blobs) {
        return Map.of("rows", rows, "cols", cols, "blob", blobs.add(values));
    }
}
