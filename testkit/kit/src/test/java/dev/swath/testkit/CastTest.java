package dev.swath.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Cast;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Parallelism;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CastTest {
    /** Numbers of all sizes, halfway cases, and what has no neighbour to round to. */
    private static float[] numbers() {
        float[] x = new float[1003];
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < x.length; i++) {
            x[i] = Float.intBitsToFloat(random.nextInt() & 0xff7fffff);
        }
        x[0] = 0;
        x[1] = -0f;
        x[2] = Float.POSITIVE_INFINITY;
        x[3] = Float.NEGATIVE_INFINITY;
        x[4] = Float.intBitsToFloat(0x3f808000); // Halfway, down to even.
        x[5] = Float.intBitsToFloat(0x3f818000); // Halfway, up to even.
        return x;
    }

    private static float rounded(float x) {
        int bits = Float.floatToRawIntBits(x);
        return Float.isInfinite(x) ? x : Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
    }

    @ParameterizedTest
    @MethodSource("dev.swath.testkit.GoldenRun#backends")
    void roundsToTheNearestAndBringsGradientsBack(Backend backend) {
        float[] x = numbers();
        float[] expected = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            expected[i] = rounded(x[i]);
        }
        Tape.Options options = Tape.Options.of(backend).withParallelism(Parallelism.single());
        try (Tape tape = Tape.recording(options)) {
            Var leaf = Var.leaf(backend.upload(Tensor.of(x, x.length)));
            Var narrow = Cast.apply(tape, leaf, DType.BF16);
            Var wide = Cast.apply(tape, narrow, DType.F32);
            assertEquals(DType.BF16, narrow.dtype());
            assertArrayEquals(expected, narrow.value().toFloatArray());
            assertArrayEquals(expected, wide.value().toFloatArray());
            tape.backward(List.of(wide), List.of(Tensor.of(x, x.length)));
            Tensor gradient = leaf.grad();
            assertEquals(DType.F32, gradient.dtype());
            assertArrayEquals(expected, gradient.toFloatArray());
        }
    }
}
