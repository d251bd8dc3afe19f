package dev.swath.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.bench.checkpoint.NoiseWeights;
import dev.swath.bench.checkpoint.StateEntry;
import dev.swath.bench.checkpoint.StateLayout;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TrainingEnginesTest {
    private static final NetworkConfig CONFIG = NetworkConfig.tiny(1);

    private final StateDict weights = new NoiseWeights(CONFIG, 5).stateDict();
    private final FiaNetInput input = new GoldenNetwork().input("eval_64x64");
    private final Tensor target = halves(input);

    @BeforeAll
    static void useOneThread() {
        TorchFiaNet.setThreads(1);
    }

    @Test
    void swathHasLibtorchsLossAndGradients() {
        try (TrainingEngine reference = new TorchTraining(CONFIG, weights, TorchFiaNet.Precision.DOUBLE);
                TrainingEngine swath = new SwathTraining(CONFIG, weights, 1)) {
            double expected = reference.step(input, target);
            assertEquals(expected, swath.step(input, target), 1e-4 * expected);
            double largest = largestGradient(reference);
            for (StateEntry entry : StateLayout.of(CONFIG)) {
                if (entry.isParameter()) {
                    Optional<Tensor> wanted = reference.gradient(entry.name());
                    Optional<Tensor> got = swath.gradient(entry.name());
                    assertEquals(wanted.isPresent(), got.isPresent(), entry.name());
                    wanted.ifPresent(w -> assertGradient(entry.name(), largest, w, got.orElseThrow()));
                }
            }
        }
    }

    @Test
    void everyStepStartsFromNoGradient() {
        try (TrainingEngine libtorch = new TorchTraining(CONFIG, weights, TorchFiaNet.Precision.DOUBLE)) {
            libtorch.step(input, target);
            double once = norm(libtorch.gradient("classifier.conv1_1.bias").orElseThrow());
            libtorch.step(input, target);
            assertEquals(once, norm(libtorch.gradient("classifier.conv1_1.bias").orElseThrow()), 1e-9 * once);
        }
    }

    /** Some gradients are zero but for rounding, so an error is measured against the largest of all as well. */
    private static void assertGradient(String name, double largest, Tensor expected, Tensor result) {
        float[] wanted = expected.toFloatArray();
        float[] got = result.toFloatArray();
        double size = norm(expected);
        double difference = 0;
        for (int i = 0; i < wanted.length; i++) {
            difference = Math.hypot(difference, got[i] - wanted[i]);
        }
        assertEquals(0, difference, 1e-2 * size + 1e-5 * largest, name);
    }

    private static double largestGradient(TrainingEngine engine) {
        return StateLayout.of(CONFIG).stream()
                .filter(StateEntry::isParameter)
                .mapToDouble(entry -> engine.gradient(entry.name())
                        .map(TrainingEnginesTest::norm)
                        .orElse(0.0))
                .max()
                .orElseThrow();
    }

    private static double norm(Tensor x) {
        double sum = 0;
        for (float value : x.toFloatArray()) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    /** The object is the upper half. */
    private static Tensor halves(FiaNetInput input) {
        long[] pixels = new long[input.batch() * input.height() * input.width()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = i % (input.height() * input.width()) < pixels.length / input.batch() / 2 ? 1 : 0;
        }
        return Tensor.of(pixels, input.batch(), input.height(), input.width());
    }
}
