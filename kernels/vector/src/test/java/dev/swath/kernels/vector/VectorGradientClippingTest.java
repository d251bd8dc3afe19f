package dev.swath.kernels.vector;

import dev.swath.kernels.GradientClippingKernel;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorGradientClippingTest {
    /** No norm, one below the bound, one above it; gradients of nothing, of a few and of several pieces. */
    @ParameterizedTest
    @ValueSource(doubles = {1e9, 2})
    void clips(double most) {
        int[] n = {70_001, 0, 1, 37};
        new Check<>(GradientClippingKernel.class, new VectorGradientClipping())
                .output("first", n[0])
                .output("none", n[1])
                .output("one", n[2])
                .output("last", n[3])
                .output("norm", 1)
                .run(2e-7, (k, o, p) -> {
                    k.norm(o[4], List.of(o[0], o[1], o[2], o[3]), n, p);
                    k.scale(List.of(o[0], o[1], o[2], o[3]), n, o[4], most, p);
                });
    }

    /** Squares that f32 does not hold. */
    @ParameterizedTest
    @ValueSource(floats = {1e-30f, 1e30f})
    void squaresOutsideOfTheRange(float size) {
        float[] x = new float[40];
        Arrays.fill(x, size);
        new Check<>(GradientClippingKernel.class, new VectorGradientClipping())
                .input(x)
                .output("norm", 1)
                .run(2e-7, (k, o, p) -> k.norm(o[1], List.of(o[0]), new int[] {40}, p));
    }
}
