package dev.swath.fianet.inspect;

import dev.swath.tensor.Tensor;

/**
 * Which words the cells of a map attend to: w = softmax over words of (scale q k^T, words that the branch does not see left out), head by
 * head, as {@link dev.swath.nn.inspect.AttentionWeights} computes it beside the pass.
 *
 * @param module full name of the module
 * @param op name of its op, as in {@link dev.swath.nn.inspect.OpRecord#name}
 * @param stage 1 to 4 from the finest map on, or 0 where it stands in no stage, such as in the multi-scale module
 * @param branch which words it sees
 * @param height rows of the map
 * @param width columns of the map
 * @param weights (heads, height width, words), f32; each row adds up to 1
 */
public record WordAttention(String module, String op, int stage, Branch branch, int height, int width, Tensor weights) {
    /** Heads. */
    public int heads() {
        return weights.dim(0);
    }

    /** Words N, padding among them. */
    public int words() {
        return weights.dim(2);
    }

    /** The weight of one word at each cell, row by row, its mean over the heads. */
    public float[] map(int word) {
        float[] out = new float[height * width];
        for (int l = 0; l < out.length; l++) {
            double sum = 0;
            for (int h = 0; h < heads(); h++) {
                sum += weights.get(h, l, word);
            }
            out[l] = (float) (sum / heads());
        }
        return out;
    }

    /** The weight of each word at one cell, its mean over the heads. */
    public float[] bars(int row, int column) {
        float[] out = new float[words()];
        for (int n = 0; n < out.length; n++) {
            double sum = 0;
            for (int h = 0; h < heads(); h++) {
                sum += weights.get(h, row * width + column, n);
            }
            out[n] = (float) (sum / heads());
        }
        return out;
    }
}
