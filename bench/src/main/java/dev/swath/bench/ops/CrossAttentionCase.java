package dev.swath.bench.ops;

/**
 * y (L,C) = softmax(q k^T / sqrt C + 1e4 mask - 1e4) v for pixels q (L,C) and words k, v (N,C); the last quarter of the
 * words is hidden.
 */
public final class CrossAttentionCase implements OperationCase {
    private final int pixels;
    private final int words;
    private final int channels;
    private final float[] q;
    private final float[] k;
    private final float[] v;
    private final float[] mask;

    /** Sizes written as PIXELSxWORDSxCHANNELS. */
    public CrossAttentionCase(String shape) {
        int[] sizes = OperationCase.sizes(shape, 3);
        pixels = sizes[0];
        words = sizes[1];
        channels = sizes[2];
        q = OperationCase.noise(1, pixels * channels, 1);
        k = OperationCase.noise(2, words * channels, 1);
        v = OperationCase.noise(3, words * channels, 1);
        mask = new float[words];
        for (int word = 0; word < words - words / 4; word++) {
            mask[word] = 1;
        }
    }

    public int pixels() {
        return pixels;
    }

    public int words() {
        return words;
    }

    public int channels() {
        return channels;
    }

    public float[] q() {
        return q;
    }

    public float[] k() {
        return k;
    }

    public float[] v() {
        return v;
    }

    public float[] mask() {
        return mask;
    }

    /** What is added to the scores of each word. */
    public float[] hidden() {
        float[] hidden = new float[words];
        for (int word = 0; word < words; word++) {
            hidden[word] = 1e4f * mask[word] - 1e4f;
        }
        return hidden;
    }

    @Override
    public int outputs() {
        return pixels * channels;
    }

    @Override
    public double expected(int index) {
        int pixel = index / channels;
        double sum = 0;
        double mixed = 0;
        for (int word = 0; word < words; word++) {
            if (mask[word] != 0) {
                double score = 0;
                for (int i = 0; i < channels; i++) {
                    score += (double) q[pixel * channels + i] * k[word * channels + i];
                }
                double weight = Math.exp(score / Math.sqrt(channels));
                sum += weight;
                mixed += weight * v[word * channels + index % channels];
            }
        }
        return mixed / sum;
    }

    @Override
    public double tolerance() {
        return 1e-5;
    }

    @Override
    public String toString() {
        return "cross attention of " + pixels + " pixels to " + words + " words of " + channels;
    }
}
