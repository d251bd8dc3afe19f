package dev.swath.kernels.vector;

import dev.swath.kernels.Activation;
import dev.swath.kernels.BatchNormKernel;
import dev.swath.kernels.InstanceNormKernel;
import dev.swath.kernels.LayerNormKernel;
import dev.swath.kernels.SoftmaxKernel;
import dev.swath.tensor.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormKernelsTest {
    // Standardised numbers of size 1 to 5 after some ten roundings; gradients of parameters add up hundreds of them.
    private static final double TOLERANCE = 3e-6;

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 5", "7, 16", "50, 37", "700, 128", "5, 1024"})
    void layerNorm(int rows, int columns) {
        int n = rows * columns;
        new Check<>(LayerNormKernel.class, new VectorLayerNorm())
                .input(n, 2, 3)
                .input(columns)
                .input(columns)
                .output("y", n)
                .output("mean", rows)
                .output("rstd", rows)
                .run(TOLERANCE, (k, o, p) -> k.forward(o[3], o[4], o[5], o[0], o[1], o[2], 1e-5, rows, columns, p));
        new Check<>(LayerNormKernel.class, new VectorLayerNorm())
                .input(n)
                .input(columns)
                .input(rows, 0.1, 0)
                .input(rows, 0.1, 1)
                .input(n)
                .output("dx", n)
                .output("dWeight", columns)
                .output("dBias", columns)
                .run(
                        TOLERANCE,
                        (k, o, p) -> k.backward(o[5], o[6], o[7], o[4], o[0], o[1], o[2], o[3], rows, columns, p));
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "2, 5, 3", "2, 300, 37", "1, 1000, 128", "3, 20, 16", "2, 40, 19"})
    void instanceNorm(int batch, int length, int channels) {
        int n = batch * length * channels;
        new Check<>(InstanceNormKernel.class, new VectorInstanceNorm())
                .input(n, 1, 20) // a mean that would cancel in sums of squares
                .output("y", n)
                .output("mean", batch * channels)
                .output("rstd", batch * channels)
                .run(2e-5, (k, o, p) -> k.forward(o[1], o[2], o[3], o[0], 1e-5, batch, length, channels, p));
        new Check<>(InstanceNormKernel.class, new VectorInstanceNorm())
                .input(n)
                .input(n)
                .input(batch * channels, 0.1, 0)
                .input(batch * channels, 0.1, 1)
                .output("dx", n)
                .run(TOLERANCE, (k, o, p) -> k.backward(o[4], o[1], o[0], o[2], o[3], batch, length, channels, p));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, true, IDENTITY",
        "5, 3, false, RELU",
        "300, 37, true, RELU",
        "1000, 128, false, IDENTITY",
        "1000, 100, false, RELU",
        "513, 16, true, IDENTITY",
        "513, 16, true, RELU"
    })
    void batchNorm(int rows, int channels, boolean batchStatistics, Activation f) {
        int n = rows * channels;
        new Check<>(BatchNormKernel.class, new VectorBackend().kernel(BatchNormKernel.class, DType.F32))
                .input(n, 1, 20)
                .output("mean", channels)
                .output("variance", channels)
                .run(TOLERANCE, (k, o, p) -> k.statistics(o[1], o[2], o[0], rows, channels, p));
        new Check<>(BatchNormKernel.class, new VectorBackend().kernel(BatchNormKernel.class, DType.F32))
                .input(n)
                .input(channels)
                .input(channels, 0.1, 1)
                .input(channels)
                .input(channels)
                .output("y", n)
                .run(TOLERANCE, (k, o, p) -> k.forward(o[5], o[0], o[1], o[2], o[3], o[4], 1e-5, f, rows, channels, p));
        new Check<>(BatchNormKernel.class, new VectorBackend().kernel(BatchNormKernel.class, DType.F32))
                .input(n)
                .input(channels, 0.1, 0)
                .input(channels, 0.1, 1)
                .input(channels)
                .input(n)
                .input(channels)
                .output("dx", n)
                .output("dWeight", channels)
                .output("dBias", channels)
                .run(
                        TOLERANCE,
                        (k, o, p) -> k.backward(
                                o[6],
                                o[7],
                                o[8],
                                o[4],
                                o[0],
                                o[1],
                                o[2],
                                o[3],
                                o[5],
                                1e-5,
                                f,
                                batchStatistics,
                                rows,
                                channels,
                                p));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, false",
        "1000, 2, true",
        "7, 20, false",
        "7, 37, true",
        "300, 144, false",
        "3, 1025, true",
        "4000, 9, true"
    })
    void softmax(int rows, int columns, boolean log) {
        int n = rows * columns;
        new Check<>(SoftmaxKernel.class, new VectorSoftmax())
                .input(n, 3, 0)
                .output("y", n)
                .run(TOLERANCE, (k, o, p) -> k.forward(o[1], o[0], log, rows, columns, p));
        new Check<>(SoftmaxKernel.class, new VectorSoftmax())
                .output("x and y", n)
                .run(TOLERANCE, (k, o, p) -> k.forward(o[0], o[0], log, rows, columns, p));
        new Check<>(SoftmaxKernel.class, new VectorSoftmax())
                .input(n)
                .input(n, 0.5, log ? -2 : 0)
                .output("dx", n)
                .run(TOLERANCE, (k, o, p) -> k.backward(o[2], o[0], o[1], log, rows, columns, p));
    }

    @ParameterizedTest
    @CsvSource({"0, 5", "3, 0", "0, 0"})
    void softmaxOfNothing(int rows, int columns) {
        new Check<>(SoftmaxKernel.class, new VectorSoftmax())
                .output("y", 0)
                .run(0, (k, o, p) -> k.forward(o[0], o[0], false, rows, columns, p));
        new Check<>(SoftmaxKernel.class, new VectorSoftmax())
                .output("dx", 0)
                .run(0, (k, o, p) -> k.backward(o[0], o[0], o[0], true, rows, columns, p));
    }

    /** In every place of a vector, and where the last vector holds again what the one before it holds. */
    @ParameterizedTest
    @CsvSource({"false", "true"})
    void softmaxOfLongRowsWithInfinities(boolean log) {
        int columns = 37;
        float[] x = new float[4 * columns];
        for (int i = 0; i < columns; i++) {
            x[i] = i % 5 == 0 ? Float.NEGATIVE_INFINITY : i;
            x[columns + i] = Float.NEGATIVE_INFINITY;
            x[2 * columns + i] = i == 30 ? Float.NaN : 1;
            x[3 * columns + i] = i == 33 ? 1e4f : -1e4f;
        }
        new Check<>(SoftmaxKernel.class, new VectorSoftmax())
                .input(x)
                .output("y", x.length)
                .run(TOLERANCE, (k, o, p) -> k.forward(o[1], o[0], log, 4, columns, p));
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void softmaxOfInfinities(boolean log) {
        float infinity = Float.POSITIVE_INFINITY;
        new Check<>(SoftmaxKernel.class, new VectorSoftmax())
                .input(0, -infinity, 1, -infinity, -infinity, -infinity, 1, Float.NaN, 2, -1e4f, 0, 1)
                .output("y", 12)
                .run(TOLERANCE, (k, o, p) -> k.forward(o[1], o[0], log, 4, 3, p));
    }
}
