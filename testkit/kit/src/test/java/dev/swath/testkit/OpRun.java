package dev.swath.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;

/** Output and gradients of one call, as arrays. */
record OpRun(double[] output, List<double[]> gradients) {
    /**
     * Expected numbers below this, all of them, are what f64 leaves of terms of size 1 that cancel, such as the
     * gradient of a softmax over one number. In f32 as little is left of the same terms, so there errors are measured
     * by the terms' size, 1.
     */
    private static final double ZERO = 1e-12;

    /** Runs forwards and, from a fixed cotangent, backwards. */
    static OpRun of(
            Backend backend,
            DType dtype,
            int threads,
            boolean training,
            BiFunction<Tape, List<Var>, Var> function,
            List<Tensor> inputs) {
        return of(
                backend,
                threads,
                training,
                function,
                inputs.stream().map(t -> t.to(dtype)).toList());
    }

    /** The same with each input in the type that it has. */
    static OpRun of(
            Backend backend,
            int threads,
            boolean training,
            BiFunction<Tape, List<Var>, Var> function,
            List<Tensor> inputs) {
        List<Var> leaves =
                inputs.stream().map(t -> Var.leaf(backend.upload(t.copy()))).toList();
        try (Parallelism p = Parallelism.ofThreads(threads)) {
            Tape tape = Tape.recording(options(backend, training).withParallelism(p));
            Var y = function.apply(tape, leaves);
            double[] output = y.value().toDoubleArray();
            // Numbers that even bf16 holds exactly, so that every element type starts from the same ones.
            double[] cotangent = new SplittableRandom(3)
                    .ints(output.length, -127, 128)
                    .mapToDouble(i -> i / 128.0)
                    .toArray();
            tape.backward(y, Tensor.of(cotangent, y.shape().dims()).to(y.dtype()));
            List<double[]> gradients = new ArrayList<>();
            for (Var leaf : leaves) {
                Tensor g = leaf.grad();
                assertEquals(leaf.dtype(), g == null ? leaf.dtype() : g.dtype(), "type of a gradient");
                gradients.add(g == null ? new double[(int) leaf.shape().elements()] : g.toDoubleArray());
            }
            return new OpRun(output, gradients);
        }
    }

    /** What every backend is compared with: the scalar kernels in double precision. */
    static OpRun truth(OpCase.Example e) {
        return of(new ScalarBackend(), DType.F64, 1, e.training(), e.function(), e.inputs());
    }

    static Tape.Options options(Backend backend, boolean training) {
        Tape.Options options = Tape.Options.of(backend);
        return training ? options.withTraining(new RandomSource(1)) : options;
    }

    /** Fails unless this run is within the tolerance of the expected one. */
    void assertClose(OpRun expected, OpCase.Tolerance tolerance) {
        close("output", expected.output, output, tolerance.values());
        assertEquals(expected.gradients.size(), gradients.size());
        for (int i = 0; i < gradients.size(); i++) {
            close("gradient of input " + i, expected.gradients.get(i), gradients.get(i), tolerance.gradients());
        }
    }

    /** Fails unless both runs gave the same bits. */
    void assertSame(OpRun expected) {
        assertArrayEquals(expected.output, output, "output");
        for (int i = 0; i < gradients.size(); i++) {
            assertArrayEquals(expected.gradients.get(i), gradients.get(i), "gradient of input " + i);
        }
    }

    /** Fails where an error is above the tolerance times the largest expected element. */
    static void close(String what, double[] expected, double[] got, double tolerance) {
        assertEquals(expected.length, got.length, what);
        double most = Arrays.stream(expected).map(Math::abs).reduce(0, Math::max);
        double largest = most < ZERO ? 1 : most;
        for (int i = 0; i < got.length; i++) {
            double error = Math.abs(got[i] - expected[i]);
            int at = i;
            assertTrue(
                    error <= tolerance * largest,
                    () -> what + "[" + at + "] is " + got[at] + " for " + expected[at] + ": off by " + error / largest);
        }
    }
}
