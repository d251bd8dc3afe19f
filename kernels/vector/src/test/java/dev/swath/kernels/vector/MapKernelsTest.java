package dev.swath.kernels.vector;

import dev.swath.kernels.AdaptiveAvgPoolKernel;
import dev.swath.kernels.EmbeddingKernel;
import dev.swath.kernels.PatchMergeKernel;
import dev.swath.kernels.ReduceKernel;
import dev.swath.kernels.ResizeKernel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MapKernelsTest {
    // Weighted sums of a few numbers of size 1.
    private static final double TOLERANCE = 2e-6;

    @ParameterizedTest
    @EnumSource
    void reduce(ReduceKernel.Function f) {
        for (int[] s : new int[][] {{1, 1, 1}, {3, 5, 1}, {7, 1001, 1}, {1, 9001, 1}, {2, 700, 37}, {5, 3, 2}}) {
            int n = s[0] * s[1] * s[2];
            int m = s[0] * s[2];
            new Check<>(ReduceKernel.class, new VectorReduce())
                    .input(n)
                    .output("y", m)
                    .run(TOLERANCE, (k, o, p) -> k.forward(o[1], o[0], f, s[0], s[1], s[2], p));
            // The maximum's gradient looks y up in x: take elements of x.
            float[] x = new float[n];
            float[] y = new float[m];
            for (int i = 0; i < n; i++) {
                x[i] = i * 7919 % 13;
            }
            for (int i = 0; i < m; i++) {
                y[i] = 12;
            }
            new Check<>(ReduceKernel.class, new VectorReduce())
                    .input(x)
                    .input(y)
                    .input(m)
                    .output("dx", n)
                    .run(TOLERANCE, (k, o, p) -> k.backward(o[3], o[2], o[0], o[1], f, s[0], s[1], s[2], p));
        }
    }

    @ParameterizedTest
    @EnumSource
    void reduceOfNotANumber(ReduceKernel.Function f) {
        new Check<>(ReduceKernel.class, new VectorReduce())
                .input(1, Float.NaN, 3, -1, -2, Float.NEGATIVE_INFINITY)
                .output("y", 2)
                .run(0, (k, o, p) -> k.forward(o[1], o[0], f, 2, 3, 1, p));
        new Check<>(ReduceKernel.class, new VectorReduce())
                .input(1, Float.NaN, 3, -1, -2, Float.NEGATIVE_INFINITY)
                .output("y", 3)
                .run(0, (k, o, p) -> k.forward(o[1], o[0], f, 1, 2, 3, p));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 3, 4, 5, 6, 8, true",
        "2, 15, 15, 37, 30, 30, true",
        "1, 30, 17, 2, 61, 40, false",
        "1, 9, 8, 16, 4, 3, false",
        "1, 5, 5, 3, 1, 1, true",
        "1, 1, 1, 16, 7, 5, false",
        "2, 6, 7, 1, 11, 30, true",
        "1, 12, 9, 2, 200, 101, false",
        "2, 7, 13, 3, 3, 5, true",
        "1, 5, 6, 15, 20, 21, false"
    })
    void resize(int batch, int height, int width, int channels, int outHeight, int outWidth, boolean align) {
        ResizeKernel.Geometry g = new ResizeKernel.Geometry(batch, height, width, channels, outHeight, outWidth, align);
        int n = batch * height * width * channels;
        int m = batch * outHeight * outWidth * channels;
        new Check<>(ResizeKernel.class, new VectorResize())
                .input(n)
                .output("y", m)
                .run(TOLERANCE, (k, o, p) -> k.forward(o[1], o[0], g, p));
        new Check<>(ResizeKernel.class, new VectorResize())
                .input(m)
                .output("dx", n)
                .run(TOLERANCE, (k, o, p) -> k.backward(o[1], o[0], g, p));
    }

    @ParameterizedTest
    @CsvSource({"1, 15, 15, 37, 1, 1", "2, 30, 31, 16, 15, 7", "1, 7, 5, 3, 6, 5", "1, 3, 4, 20, 5, 8"})
    void adaptiveAvgPool(int batch, int height, int width, int channels, int outHeight, int outWidth) {
        int n = batch * height * width * channels;
        int m = batch * outHeight * outWidth * channels;
        new Check<>(AdaptiveAvgPoolKernel.class, new VectorAdaptiveAvgPool())
                .input(n)
                .output("y", m)
                .run(
                        TOLERANCE,
                        (k, o, p) -> k.forward(o[1], o[0], batch, height, width, channels, outHeight, outWidth, p));
        new Check<>(AdaptiveAvgPoolKernel.class, new VectorAdaptiveAvgPool())
                .input(m)
                .output("dx", n)
                .run(
                        TOLERANCE,
                        (k, o, p) -> k.backward(o[1], o[0], batch, height, width, channels, outHeight, outWidth, p));
    }

    @ParameterizedTest
    @CsvSource({"1", "37", "768"})
    void embedding(int columns) {
        float[] ids = {3, 0, 5, 3, 3, 1, 0};
        new Check<>(EmbeddingKernel.class, new VectorEmbedding())
                .input(6 * columns)
                .input(ids)
                .output("y", 7 * columns)
                .run(0, (k, o, p) -> k.forward(o[2], o[0], o[1], 7, columns, p));
        for (int padding : new int[] {-1, 0}) {
            new Check<>(EmbeddingKernel.class, new VectorEmbedding())
                    .input(7 * columns)
                    .input(ids)
                    .output("dTable", 6 * columns)
                    .run(TOLERANCE, (k, o, p) -> k.backward(o[2], o[0], o[1], padding, 7, columns, p));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 4, 6, 16", "2, 5, 3, 7", "1, 1, 1, 3"})
    void patchMerge(int batch, int height, int width, int channels) {
        int n = batch * height * width * channels;
        int m = batch * ((height + 1) / 2) * ((width + 1) / 2) * 4 * channels;
        new Check<>(PatchMergeKernel.class, new VectorPatchMerge())
                .input(n)
                .output("y", m)
                .run(0, (k, o, p) -> k.forward(o[1], o[0], batch, height, width, channels, p));
        new Check<>(PatchMergeKernel.class, new VectorPatchMerge())
                .input(m)
                .output("dx", n)
                .run(0, (k, o, p) -> k.backward(o[1], o[0], batch, height, width, channels, p));
    }
}
