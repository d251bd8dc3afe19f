package dev.swath.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.files.json.Json;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TorchComparedTest {
    /** Expected values are stored in 32-bit floats: nothing but that rounding may differ. */
    private static final double STORED_ROUNDING = 2e-7;

    /** Losses and lengths of gradients are written with seven digits or more. */
    private static final double WRITTEN_ROUNDING = 1e-6;

    /** Without oneDNN, which answers wrong for the few channels of the golden networks. */
    @BeforeAll
    static void useOneThread() {
        TorchFiaNet.setThreads(1);
        TorchFiaNet.setOneDnn(false);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FIANET_NONE")
    void agreesWithTheGoldenNetwork(ComparedNetwork network) {
        GoldenCompared golden = new GoldenCompared(network);
        assertLogits(golden, TorchFiaNet.Precision.DOUBLE, STORED_ROUNDING);
        assertLogits(golden, TorchFiaNet.Precision.SINGLE, golden.tolerance("eval", "logits"));
    }

    private static void assertLogits(GoldenCompared golden, TorchFiaNet.Precision precision, double tolerance) {
        try (TorchCompared network = new TorchCompared(golden.config(), golden.weights(), precision)) {
            Golden.assertClose(
                    golden.config().network() + " " + precision,
                    golden.logits(),
                    network.forward(golden.input()),
                    tolerance);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FIANET_NONE")
    void learnsLikeTheGoldenNetwork(ComparedNetwork kind) {
        GoldenCompared golden = new GoldenCompared(kind);
        try (TorchTraining network =
                new TorchTraining(golden.config(), golden.weights(), TorchFiaNet.Precision.DOUBLE)) {
            double loss = network.step(golden.input(), golden.target());
            assertEquals(golden.trainingLoss(), loss, WRITTEN_ROUNDING * loss, "loss");
            StateDict after = golden.after();
            after.names()
                    .forEach(name -> Golden.assertClose(name, after.get(name), network.value(name), WRITTEN_ROUNDING));
            assertGradients(golden, network);
            List<Double> curve = golden.curve();
            for (int step = 0; step < curve.size(); step++) {
                assertEquals(curve.get(step), loss, WRITTEN_ROUNDING * loss, "loss of step " + step);
                network.update(golden.rate(step));
                loss = network.step(golden.input(), golden.target());
            }
        }
    }

    private static void assertGradients(GoldenCompared golden, TorchTraining network) {
        StateDict stored = golden.gradients();
        Map<String, Object> lengths = golden.lengths();
        assertTrue(lengths.size() > 50, "the case holds " + lengths.size() + " gradients");
        lengths.forEach((name, row) -> {
            Tensor gradient = network.gradient(name).orElseThrow(() -> new AssertionError(name));
            double wanted = Json.asDouble(Json.asList(row, name).getFirst(), name);
            assertEquals(wanted, length(gradient), WRITTEN_ROUNDING * wanted, name);
            if (stored.contains(name)) {
                Golden.assertClose(name, stored.get(name), gradient, WRITTEN_ROUNDING);
            }
        });
        golden.withoutGradient().forEach(name -> assertEquals(Optional.empty(), network.gradient(name), name));
    }

    private static double length(Tensor x) {
        double sum = 0;
        for (double value : x.toDoubleArray()) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }
}
