package dev.swath.kernels.vector;

import dev.swath.kernels.AttentionKernel;
import dev.swath.kernels.AttentionKernel.Geometry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VectorAttentionTest {
    // Scores of size 1 and their exponentials: a few 1e-7 each. Gradients of k and v sum over all queries, of size 10.
    private static final double TOLERANCE = 3e-6;

    private static float[] mask(int batch, int keys) {
        float[] mask = new float[batch * keys];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i % keys < Math.max(1, keys - 3 * (i / keys)) ? 1 : 0;
        }
        return mask;
    }

    private static float[] dropout(int n) {
        float[] dropout = new float[n];
        for (int i = 0; i < n; i++) {
            dropout[i] = i * 31 % 10 == 0 ? 0 : 1 / 0.9f;
        }
        return dropout;
    }

    @ParameterizedTest
    @CsvSource({
        "3, 20, 20, 96, 3, 7, true",
        "1, 700, 22, 64, 1, 0, false",
        "2, 31, 17, 15, 5, 3, true",
        "1, 1, 1, 3, 1, 0, false",
        "2, 13, 37, 512, 1, 512, false",
        "1, 1300, 5, 16, 1, 0, true"
    })
    void attends(int batch, int queries, int keys, int channels, int heads, int gap, boolean drop) {
        Geometry g = new Geometry(batch, queries, keys, channels, heads, 1 / Math.sqrt(channels / (double) heads));
        int row = channels + gap;
        int n = batch * heads * queries * keys;
        new Check<>(AttentionKernel.class, new VectorAttention())
                .input(batch * queries * row)
                .input(batch * keys * row)
                .input(batch * keys * row)
                .input(mask(batch, keys))
                .input(dropout(n))
                .output("y", batch * queries * channels)
                .output("probabilities", n)
                .run(
                        TOLERANCE,
                        (k, o, p) ->
                                k.forward(o[5], o[6], o[0], row, o[1], row, o[2], row, o[3], drop ? o[4] : null, g, p));
        new Check<>(AttentionKernel.class, new VectorAttention())
                .input(batch * queries * row)
                .input(batch * keys * row)
                .input(batch * keys * row)
                .input(mask(batch, keys))
                .input(dropout(n))
                .output("y", batch * queries * channels)
                .run(
                        TOLERANCE,
                        (k, o, p) ->
                                k.forward(o[5], null, o[0], row, o[1], row, o[2], row, o[3], drop ? o[4] : null, g, p));
        new Check<>(AttentionKernel.class, new VectorAttention())
                .input(batch * queries * row)
                .input(batch * keys * row)
                .input(batch * keys * row)
                .input(n, 0.2 / keys, 1.0 / keys) // near probabilities; the gradient's formula does not ask for more
                .input(dropout(n))
                .input(batch * queries * channels)
                .output("dq", batch * queries * channels)
                .output("dk", batch * keys * channels)
                .output("dv", batch * keys * channels)
                .run(
                        TOLERANCE,
                        (k, o, p) -> k.backward(
                                o[6],
                                o[7],
                                o[8],
                                o[5],
                                o[3],
                                o[0],
                                row,
                                o[1],
                                row,
                                o[2],
                                row,
                                drop ? o[4] : null,
                                g,
                                p));
    }
}
