package dev.swath.bench.peers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.tensor.StateDict;
import dev.swath.testkit.Golden;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TorchFiaNetTest {
    /** The expected logits are stored in 32-bit floats: nothing but that rounding may differ. */
    private static final double STORED_ROUNDING = 2e-7;

    private final GoldenNetwork golden = new GoldenNetwork();

    /** Without oneDNN, which answers wrong for the few channels of the golden networks. */
    @BeforeAll
    static void useOneThread() {
        TorchFiaNet.setThreads(1);
        TorchFiaNet.setOneDnn(false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"eval_64x64", "eval_97x33"})
    void agreesWithTheGoldenNetworkInSinglePrecision(String run) {
        try (TorchFiaNet network = network(TorchFiaNet.Precision.SINGLE)) {
            Golden.assertClose(run, golden.logits(run), network.forward(golden.input(run)), golden.tolerance(run));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"eval_64x64", "eval_97x33"})
    void agreesWithTheGoldenNetworkInDoublePrecision(String run) {
        try (TorchFiaNet network = network(TorchFiaNet.Precision.DOUBLE)) {
            Golden.assertClose(run, golden.logits(run), network.forward(golden.input(run)), STORED_ROUNDING);
        }
    }

    @Test
    void answersTheSameTwice() {
        FiaNetInput input = golden.input("eval_97x33");
        try (TorchFiaNet network = network(TorchFiaNet.Precision.DOUBLE)) {
            assertArrayEquals(
                    network.forward(input).toDoubleArray(),
                    network.forward(input).toDoubleArray());
        }
    }

    @Test
    void namesTheMissingTensor() {
        StateDict all = golden.weights();
        StateDict weights = new StateDict();
        all.names().stream()
                .filter(name -> !name.equals("classifier.conv1_1.bias"))
                .forEach(name -> weights.put(name, all.entry(name)));
        FiaNetInput input = golden.input("eval_97x33");
        try (TorchFiaNet network = new TorchFiaNet(NetworkConfig.tiny(1), weights, TorchFiaNet.Precision.SINGLE)) {
            IllegalArgumentException error = assertThrows(IllegalArgumentException.class, () -> network.forward(input));
            assertTrue(error.getMessage().contains("classifier.conv1_1.bias"), error.getMessage());
        }
    }

    private TorchFiaNet network(TorchFiaNet.Precision precision) {
        return new TorchFiaNet(NetworkConfig.tiny(1), golden.weights(), precision);
    }
}
