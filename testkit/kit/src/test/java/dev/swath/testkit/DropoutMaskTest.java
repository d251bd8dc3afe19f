package dev.swath.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Dropout;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Philox;
import dev.swath.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A mask is a function of seed, draw and element: the same bits on every backend, for any number of threads. */
class DropoutMaskTest {
    private static final long SEED = 0x123456789abcdefL;
    private static final long DRAWS = 41;
    private static final double RATE = 0.3;

    /** Several pieces of work, and a last block of fewer than four. */
    private static final int SIZE = 100_003;

    static Stream<Backend> backends() {
        return GoldenRun.backends();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void isWhatThePageSays(Backend backend) {
        for (int threads = 1; threads <= 4; threads++) {
            try (Parallelism p = Parallelism.ofThreads(threads)) {
                Tape tape = Tape.inference(
                        Tape.Options.of(backend).withParallelism(p).withTraining(new RandomSource(SEED, DRAWS)));
                Var x = tape.constant(ones());
                // Draw after draw: another mask each, whatever was drawn before.
                for (int draw = 0; draw < 3; draw++) {
                    float[] y = Dropout.apply(tape, x, RATE).value().toFloatArray();
                    assertArrayEquals(expected(DRAWS + draw), y, threads + " threads, draw " + draw);
                }
                tape.close();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void keepsTheMean(Backend backend) {
        Tape tape = Tape.inference(Tape.Options.of(backend).withTraining(new RandomSource(3)));
        double[] y = Dropout.apply(tape, tape.constant(ones()), RATE).value().toDoubleArray();
        // The deviation of the mean is sqrt(rate / (1 - rate) / SIZE), 0.002.
        assertEquals(1, Arrays.stream(y).average().orElseThrow(), 0.008);
    }

    private static Tensor ones() {
        float[] x = new float[SIZE];
        Arrays.fill(x, 1);
        return Tensor.of(x, SIZE);
    }

    /** Element i is word i mod 4 of block i / 4. */
    private static float[] expected(long draw) {
        float[] y = new float[SIZE];
        int[] words = new int[4];
        for (int i = 0; i < SIZE; i++) {
            Philox.block(SEED, draw, i / 4, words);
            boolean dropped = Integer.toUnsignedLong(words[i % 4]) < Math.ceil(RATE * 0x1p32);
            y[i] = dropped ? 0 : (float) (1 / (1 - RATE));
        }
        return y;
    }
}
