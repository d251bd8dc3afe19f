package dev.swath.kernels.vector;

import dev.swath.kernels.WindowAttentionKernel;
import dev.swath.kernels.WindowAttentionKernel.Geometry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VectorWindowAttentionTest {
    // Sums of at most 144 probabilities times numbers of size 1, and scores of about that size: some 1e-7 each.
    private static final double FORWARD = 2e-6;

    // The same after a second product, and with scores rebuilt from a rounded logarithm.
    private static final double BACKWARD = 5e-6;

    private static Check<WindowAttentionKernel> operands(Geometry g) {
        int cells = g.batch() * g.height() * g.width();
        int side = 2 * g.window() - 1;
        int c = g.channels();
        return new Check<>(WindowAttentionKernel.class, new VectorWindowAttention())
                .input(cells * 3 * c)
                .input(3 * c)
                .input(side * side * g.heads());
    }

    @ParameterizedTest
    @CsvSource({
        "1, 12, 12, 64, 2, 12, 0",
        "1, 24, 24, 32, 1, 12, 6",
        "1, 30, 15, 32, 1, 12, 6",
        "2, 14, 14, 32, 2, 7, 3",
        "1, 15, 9, 24, 3, 7, 0",
        "1, 5, 6, 15, 3, 4, 2",
        "1, 3, 3, 5, 1, 5, 2",
        "2, 4, 2, 34, 2, 1, 0"
    })
    void forward(int batch, int height, int width, int channels, int heads, int window, int shift) {
        Geometry g = new Geometry(batch, height, width, channels, heads, window, shift);
        operands(g)
                .output("y", batch * height * width * channels)
                .output("logSum", batch * g.windows() * heads * window * window)
                .run(FORWARD, (kernel, o, p) -> kernel.forward(o[3], o[4], o[0], o[1], o[2], g, p));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 12, 12, 64, 2, 12, 0",
        "1, 30, 15, 32, 1, 12, 6",
        "5, 14, 14, 32, 2, 7, 3",
        "1, 15, 9, 24, 3, 7, 0",
        "1, 5, 6, 15, 3, 4, 2",
        "1, 3, 3, 5, 1, 5, 2",
        "2, 4, 2, 34, 2, 1, 0"
    })
    void backward(int batch, int height, int width, int channels, int heads, int window, int shift) {
        Geometry g = new Geometry(batch, height, width, channels, heads, window, shift);
        int side = 2 * window - 1;
        int cells = batch * height * width;
        int sums = batch * g.windows() * heads * window * window;
        // y and logSum come from the forward pass of the backend under test, in its own precision.
        operands(g)
                .input(cells * channels)
                .output("y", cells * channels)
                .output("logSum", sums)
                .output("dQkv", cells * 3 * channels)
                .output("dQkvBias", 3 * channels)
                .output("dTable", side * side * heads)
                .run(BACKWARD, (kernel, o, p) -> {
                    kernel.forward(o[4], o[5], o[0], o[1], o[2], g, p);
                    kernel.backward(o[6], o[7], o[8], o[3], o[4], o[5], o[0], o[1], o[2], g, p);
                });
        operands(g)
                .input(cells * channels)
                .output("y", cells * channels)
                .output("logSum", sums)
                .output("dQkv", cells * 3 * channels)
                .run(BACKWARD, (kernel, o, p) -> {
                    kernel.forward(o[4], o[5], o[0], o[1], o[2], g, p);
                    kernel.backward(o[6], null, null, o[3], o[4], o[5], o[0], o[1], o[2], g, p);
                });
    }
}
