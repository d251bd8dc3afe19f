package dev.swath.kernels.vector;

import dev.swath.kernels.Activation;
import dev.swath.kernels.BinaryKernel;
import dev.swath.kernels.CopyKernel;
import dev.swath.kernels.UnaryKernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PointwiseKernelsTest {
    // A few units in the last place of f32 numbers of size 1.
    private static final double TOLERANCE = 4e-7;

    @ParameterizedTest
    @EnumSource
    void unary(Activation f) {
        for (int n : new int[] {1, 3, 16, 37, 70_001}) {
            new Check<>(UnaryKernel.class, new VectorUnary())
                    .input(n, 2, 0)
                    .output("y", n)
                    .run(TOLERANCE, (k, o, p) -> k.forward(o[1], o[0], f, n, p));
            new Check<>(UnaryKernel.class, new VectorUnary())
                    .input(n, 2, 0)
                    .input(n)
                    .output("dx", n)
                    .run(TOLERANCE, (k, o, p) -> k.backward(o[2], o[1], o[0], f, n, p));
        }
    }

    @ParameterizedTest
    @EnumSource
    void unaryInPlace(Activation f) {
        new Check<>(UnaryKernel.class, new VectorUnary())
                .output("y", 1003)
                .run(TOLERANCE, (k, o, p) -> k.forward(o[0], o[0], f, 1003, p));
        new Check<>(UnaryKernel.class, new VectorUnary())
                .input(1003)
                .output("dx", 1003)
                .run(TOLERANCE, (k, o, p) -> k.backward(o[1], o[1], o[0], f, 1003, p));
    }

    @Test
    void specialValuesPassThrough() {
        for (Activation f : new Activation[] {Activation.RELU, Activation.TANH, Activation.SIGMOID, Activation.EXP}) {
            new Check<>(UnaryKernel.class, new VectorUnary())
                    .input(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0, -0f, 1e-40f, 3e38f, -3e38f)
                    .output("y", 8)
                    .run(TOLERANCE, (k, o, p) -> k.forward(o[1], o[0], f, 8, p));
        }
    }

    private static void binary(BinaryKernel.Function f, int na, long[] aStrides, int nb, long[] bStrides, int... dims) {
        int n = 1;
        for (int d : dims) {
            n *= d;
        }
        new Check<>(BinaryKernel.class, new VectorBinary())
                .input(na)
                .input(nb, 0.1, 2)
                .output("y", n)
                .run(1e-7, (k, o, p) -> k.forward(o[2], o[0], aStrides, o[1], bStrides, f, dims, p));
    }

    @ParameterizedTest
    @EnumSource
    void binary(BinaryKernel.Function f) {
        binary(f, 1, new long[] {}, 1, new long[] {});
        binary(f, 80_003, new long[] {1}, 80_003, new long[] {1}, 80_003);
        binary(f, 35, new long[] {1}, 1, new long[] {0}, 35);
        binary(f, 1, new long[] {0}, 35, new long[] {1}, 35);
        binary(f, 6 * 35, new long[] {35, 1}, 35, new long[] {0, 1}, 6, 35);
        binary(f, 2 * 700 * 35, new long[] {700 * 35, 35, 1}, 2 * 35, new long[] {35, 0, 1}, 2, 700, 35);
        binary(f, 2 * 700 * 35, new long[] {700 * 35, 35, 1}, 2 * 700, new long[] {700, 1, 0}, 2, 700, 35);
        binary(f, 2 * 700, new long[] {700, 1, 0}, 2 * 700 * 35, new long[] {700 * 35, 35, 1}, 2, 700, 35);
        binary(f, 20 * 30, new long[] {1, 20}, 20 * 30, new long[] {30, 1}, 20, 30);
        binary(f, 5, new long[] {0, 1, 0}, 4, new long[] {1, 0, 0}, 4, 5, 3);
    }

    private static void copy(boolean add, int ny, long[] yStrides, int nx, long[] xStrides, int... dims) {
        new Check<>(CopyKernel.class, new VectorCopy())
                .input(nx)
                .output("y", ny)
                .run(add ? 1e-6 : 0, (k, o, p) -> {
                    if (add) {
                        k.add(o[1], yStrides, o[0], xStrides, dims, p);
                    } else {
                        k.copy(o[1], yStrides, o[0], xStrides, dims, p);
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void copies(boolean add) {
        copy(add, 70_001, new long[] {1}, 70_001, new long[] {1}, 70_001);
        copy(add, 100, new long[] {2}, 150, new long[] {3}, 50);
        copy(add, 3 * 40 * 50, new long[] {1, 150, 3}, 3 * 40 * 50, new long[] {2000, 50, 1}, 3, 40, 50);
        copy(add, 40 * 60, new long[] {60, 1}, 40 * 37, new long[] {37, 1}, 40, 37);
        copy(add, 40 * 37, new long[] {37, 1}, 37, new long[] {0, 1}, 40, 37);
        copy(add, 40 * 37, new long[] {37, 1}, 40, new long[] {1, 0}, 40, 37);
        copy(add, 1, new long[] {}, 1, new long[] {});
        copy(add, 12, new long[] {4, 1, 1}, 12, new long[] {4, 1, 9}, 3, 4, 1);
    }

    @Test
    void addsToRepeatedElements() {
        copy(true, 37, new long[] {0, 1}, 40 * 37, new long[] {37, 1}, 40, 37);
        copy(true, 40, new long[] {1, 0}, 40 * 37, new long[] {37, 1}, 40, 37);
    }

    @Test
    void fills() {
        new Check<>(CopyKernel.class, new VectorCopy())
                .output("y", 70_001)
                .run(0, (k, o, p) -> k.fill(o[0], 0.5, 70_001, p));
    }
}
