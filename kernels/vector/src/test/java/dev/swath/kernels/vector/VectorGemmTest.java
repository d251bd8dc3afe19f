package dev.swath.kernels.vector;

import dev.swath.kernels.Activation;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.GemmKernel.Matrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes at which the products take other ways: those that ops reach are tested by their cases. */
class VectorGemmTest {
    // Sums of up to 70000 products of size 1, of a result of about the root of that, in parts of 128.
    private static final double LONG = 5e-6;

    // Sums of up to 1024 products of size 1.
    private static final double SHORT = 2e-6;

    /**
     * Where B is large the depth is cut, and the later parts are added to the first; where besides C is small its parts are
     * summed side by side. Either operand may be turned, and C is if A is and has more rows than B has columns.
     */
    @ParameterizedTest
    @CsvSource({
        "5, 7, 4097",
        "1, 40, 8192",
        "13, 3, 9001",
        "30, 67, 4100",
        "5, 7, 70000",
        "7, 500, 1100",
        "13, 300, 2304",
        "60, 1100, 515",
        "300, 20, 1030"
    })
    void deeperThanABlock(int m, int n, int k) {
        for (boolean accumulate : new boolean[] {false, true}) {
            product(LONG, m, n, k, k, 1, n, 1, accumulate);
            product(LONG, m, n, k, 1, m, n, 1, accumulate);
            product(LONG, m, n, k, k, 1, 1, k, accumulate);
        }
    }

    /** Every number of rows that tiles leave over, beside panels of every width, whole and in part. */
    @ParameterizedTest
    @ValueSource(ints = {1, 16, 31, 33, 64, 65, 97, 128})
    void rowsAndColumnsLeftOver(int n) {
        for (int m = 1; m <= 9; m++) {
            product(SHORT, m, n, 131, 131, 1, n, 1, false);
        }
        for (int m = 241; m <= 245; m++) {
            product(SHORT, m, n, 5, 5, 1, 1, 5, true);
        }
    }

    /** Rows of A a multiple of 4 KB apart are copied together where several panels pass by. */
    @ParameterizedTest
    @CsvSource({"2, 300, 1024, 1024", "25, 333, 70, 2048", "241, 300, 37, 1024", "1, 300, 40, 1024"})
    void rowsFourKilobytesApart(int m, int n, int k, int stride) {
        product(SHORT, m, n, k, stride, 1, n, 1, false);
        product(SHORT, m, n, k, stride, 1, 1, k, true);
        new Check<>(GemmKernel.class, new VectorGemm())
                .input(m * stride)
                .input(n * k)
                .input(n)
                .input(m * n)
                .output("y", m * n)
                .run(
                        SHORT,
                        (kernel, o, on) -> kernel.linear(
                                Matrix.dense(o[4], n),
                                Matrix.dense(o[0], stride),
                                o[1],
                                o[2],
                                Activation.RELU,
                                o[3],
                                m,
                                n,
                                k,
                                on));
    }

    @Test
    void nothingToAdd() {
        product(SHORT, 3, 5, 0, 1, 1, 5, 1, false);
        product(SHORT, 3, 5, 0, 1, 1, 5, 1, true);
    }

    private static void product(
            double tolerance, int m, int n, int k, int rowA, int columnA, int rowB, int columnB, boolean accumulate) {
        new Check<>(GemmKernel.class, new VectorGemm())
                .input((m - 1) * rowA + Math.max(0, k - 1) * columnA + 1)
                .input(Math.max(0, k - 1) * rowB + (n - 1) * columnB + 1)
                .output("c", m * n)
                .run(
                        tolerance,
                        (kernel, o, on) -> kernel.multiply(
                                Matrix.dense(o[2], n),
                                new Matrix(o[0], rowA, columnA),
                                new Matrix(o[1], rowB, columnB),
                                m,
                                n,
                                k,
                                accumulate,
                                on));
    }
}
