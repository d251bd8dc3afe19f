package dev.swath.fianet.model.parts;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Parallelism;
import dev.swath.nn.Parameter;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.GoldenRun;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RefinerTest {
    static Stream<Backend> backends() {
        return GoldenRun.processors();
    }

    private static Tensor noise(long seed, int... dims) {
        Random random = new Random(seed);
        float[] values = new float[Math.toIntExact(Shape.of(dims).elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(values, dims);
    }

    private static Refiner refiner(Backend backend) {
        Refiner refiner = new Refiner(4);
        refiner.initialise(new RandomSource(5));
        refiner.to(backend);
        return refiner;
    }

    private static Tape.Options options(Backend backend) {
        return Tape.Options.of(backend).withParallelism(Parallelism.single());
    }

    @ParameterizedTest
    @MethodSource("backends")
    void anUntrainedOneChangesNothing(Backend backend) {
        Tape tape = Tape.inference(options(backend));
        Tensor logits = noise(2, 2, 9, 7, 2);
        Var y = refiner(backend).forward(tape, tape.constant(noise(1, 2, 9, 7, 3)), tape.constant(logits));
        assertArrayEquals(logits.toFloatArray(), y.value().toFloatArray());
    }

    /** Once its last product is not 0 every parameter learns, and moves the result as its gradient says. */
    @ParameterizedTest
    @MethodSource("backends")
    void gradientsAreThoseOfTheResult(Backend backend) {
        Refiner refiner = refiner(backend);
        Map<String, Parameter> parameters = refiner.namedParameters();
        Parameter last = parameters.get("classes.weight");
        assertNotNull(last);
        last.set(noise(4, 8, 4, 1, 1));
        Var logits = Var.leaf(noise(2, 2, 9, 7, 2));
        Tape tape = Tape.recording(options(backend).withTraining(new RandomSource(1)));
        Tensor weights = noise(3, 2, 9, 7, 2);
        tape.backward(List.of(refiner.forward(tape, tape.constant(noise(1, 2, 9, 7, 3)), logits)), List.of(weights));
        assertNotNull(logits.grad());
        for (Map.Entry<String, Parameter> e : parameters.entrySet()) {
            Tensor gradient = e.getValue().grad();
            assertNotNull(gradient, e.getKey());
            float[] g = gradient.toFloatArray();
            int at = largest(g);
            double step = 2e-3;
            double slope =
                    (moved(refiner, backend, e.getValue(), at, step) - moved(refiner, backend, e.getValue(), at, -step))
                            / (2 * step);
            assertEquals(slope, g[at], 0.03 * Math.abs(g[at]) + 0.02, e.getKey());
            assertTrue(Math.abs(g[at]) > 0, e.getKey());
        }
    }

    private static int largest(float[] g) {
        int at = 0;
        for (int i = 0; i < g.length; i++) {
            at = Math.abs(g[i]) > Math.abs(g[at]) ? i : at;
        }
        return at;
    }

    /** The weighted sum of the result where one value of a parameter is another. */
    private static double moved(Refiner refiner, Backend backend, Parameter p, int at, double by) {
        Tensor before = p.value();
        float[] values = before.toFloatArray();
        values[at] += (float) by;
        p.set(Tensor.of(values, before.shape().dims()));
        Tape tape = Tape.recording(options(backend).withTraining(new RandomSource(1)));
        Var y = refiner.forward(tape, tape.constant(noise(1, 2, 9, 7, 3)), tape.constant(noise(2, 2, 9, 7, 2)));
        p.set(before);
        double[] out = y.value().to(DType.F64).toDoubleArray();
        double[] w = noise(3, 2, 9, 7, 2).to(DType.F64).toDoubleArray();
        double sum = 0;
        for (int i = 0; i < out.length; i++) {
            sum += out[i] * w[i];
        }
        return sum;
    }
}
