package dev.swath.nn.inspect;

import dev.swath.autograd.OpCall;
import dev.swath.tensor.Tensor;
import java.util.Map;

/**
 * The weights of {@code attention}, which the op itself does not give out: w = softmax over keys of (scale q k^T + 1e4 mask - 1e4),
 * head by head, from what the op was given. They are computed beside the pass in double precision and rounded once.
 */
public final class AttentionWeights {
    private AttentionWeights() {}

    /**
     * Of an op that has just run.
     *
     * @return (B, heads, L, N): what query cell l takes of key n; each row adds up to 1
     */
    public static Tensor of(OpCall call) {
        if (!call.op().equals("attention")) {
            throw new IllegalArgumentException("[inspect] the op must be attention; got " + call.op());
        }
        Map<String, Object> settings = call.settings();
        return of(
                call.inputs().get("q").value(),
                call.inputs().get("k").value(),
                call.inputs().get("mask").value(),
                ((Number) settings.get("heads")).intValue(),
                ((Number) settings.get("scale")).doubleValue());
    }

    /**
     * Of these numbers.
     *
     * @param q (B, L, C)
     * @param k (B, N, C)
     * @param mask (B, N), 1 for a key that is seen, else 0
     * @return (B, heads, L, N), f32
     */
    public static Tensor of(Tensor q, Tensor k, Tensor mask, int heads, double scale) {
        int batch = q.dim(0);
        int queries = q.dim(1);
        int channels = q.dim(2);
        int keys = k.dim(1);
        int width = channels / heads;
        float[] qs = q.toFloatArray();
        float[] ks = k.toFloatArray();
        float[] seen = mask.toFloatArray();
        float[] out = new float[batch * heads * queries * keys];
        double[] scores = new double[keys];
        int at = 0;
        for (int b = 0; b < batch; b++) {
            for (int h = 0; h < heads; h++) {
                for (int l = 0; l < queries; l++) {
                    int query = (b * queries + l) * channels + h * width;
                    for (int n = 0; n < keys; n++) {
                        int key = (b * keys + n) * channels + h * width;
                        double dot = 0;
                        for (int c = 0; c < width; c++) {
                            dot += (double) qs[query + c] * ks[key + c];
                        }
                        scores[n] = scale * dot + 1e4 * seen[b * keys + n] - 1e4;
                    }
                    softmax(scores);
                    for (double w : scores) {
                        out[at++] = (float) w;
                    }
                }
            }
        }
        return Tensor.of(out, batch, heads, queries, keys);
    }

    /** In place: exp(s - max) by their sum. */
    static void softmax(double[] scores) {
        double max = Double.NEGATIVE_INFINITY;
        for (double s : scores) {
            max = Math.max(max, s);
        }
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            scores[i] = Math.exp(scores[i] - max);
            sum += scores[i];
        }
        for (int i = 0; i < scores.length; i++) {
            scores[i] /= sum;
        }
    }
}
