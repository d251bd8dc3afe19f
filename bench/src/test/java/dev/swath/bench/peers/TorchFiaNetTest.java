package dev.swath.bench.peers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TorchFiaNetTest {
    /** Tolerances of single precision are those of the golden case; of double, the rounding of the stored values. */
    @ParameterizedTest
    @CsvSource({
        "eval_64x64, SINGLE, 6e-4",
        "eval_97x33, SINGLE, 2e-4",
        "eval_64x64, DOUBLE, 2e-7",
        "eval_97x33, DOUBLE, 2e-7"
    })
    void agreesWithTheGoldenNetwork(String run, TorchFiaNet.Precision precision, double tolerance) throws IOException {
        GoldenRun golden = new GoldenRun();
        try (TorchFiaNet network =
                TorchFiaNet.of(NetworkConfig.tiny(1), golden.weights(), golden.shapes(), precision)) {
            double error = golden.error(run, network.forward(golden.input(run)));
            assertTrue(error <= tolerance, run + " in " + precision + " differs by " + error);
        }
    }

    @Test
    void answersTheSameTwice() throws IOException {
        GoldenRun golden = new GoldenRun();
        try (TorchFiaNet network = TorchFiaNet.of(
                NetworkConfig.tiny(1), golden.weights(), golden.shapes(), TorchFiaNet.Precision.DOUBLE)) {
            FiaNetInput input = golden.input("eval_97x33");
            assertArrayEquals(network.forward(input), network.forward(input));
        }
    }

    @Test
    void namesTheMissingTensor() throws IOException {
        GoldenRun golden = new GoldenRun();
        Map<String, float[]> weights = golden.weights();
        weights.remove("classifier.conv1_1.bias");
        try (TorchFiaNet network =
                TorchFiaNet.of(NetworkConfig.tiny(1), weights, golden.shapes(), TorchFiaNet.Precision.SINGLE)) {
            FiaNetInput input = golden.input("eval_97x33");
            IllegalArgumentException error = assertThrows(IllegalArgumentException.class, () -> network.forward(input));
            assertTrue(error.getMessage().contains("classifier.conv1_1.bias"), error.getMessage());
        }
    }
}
