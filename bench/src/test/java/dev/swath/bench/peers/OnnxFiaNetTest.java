package dev.swath.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import dev.swath.bench.checkpoint.NoiseWeights;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxFiaNetTest {
    private final GoldenNetwork golden = new GoldenNetwork();

    @TempDir
    private Path folder;

    @BeforeAll
    static void useOneThread() {
        TorchFiaNet.setThreads(1);
    }

    /** 64x64 divides into patches, windows and pooling cells; 97x33 into none of them. */
    @ParameterizedTest
    @ValueSource(strings = {"eval_64x64", "eval_97x33"})
    void agreesWithTheGoldenNetwork(String run) throws IOException, OrtException {
        Tensor logits = forward(NetworkConfig.tiny(1), golden.weights(), golden.input(run), 1);
        Golden.assertClose(run, golden.logits(run), logits, golden.tolerance(run));
    }

    /** The same tolerance as for the golden network of this size with one block. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void agreesWithLibtorchOnThreeBlocks(int threads) throws IOException, OrtException {
        NetworkConfig config = NetworkConfig.tiny(3);
        StateDict weights = new NoiseWeights(config, 11).stateDict();
        FiaNetInput input = golden.input("eval_64x64");
        try (TorchFiaNet network = new TorchFiaNet(config, weights, TorchFiaNet.Precision.DOUBLE)) {
            Tensor expected = network.forward(input);
            Golden.assertClose(
                    "three blocks", expected, forward(config, weights, input, threads), golden.tolerance("eval_64x64"));
        }
    }

    @Test
    void weightsLieBesideTheModelOnce() throws IOException {
        Path file = folder.resolve("network.onnx");
        StateDict weights = golden.weights();
        OnnxFiaNet.write(file, NetworkConfig.tiny(1), weights, golden.input("eval_64x64"));
        long all = weights.names().stream()
                .mapToLong(name -> weights.entry(name).shape().elements() * Float.BYTES)
                .sum();
        long data = Files.size(folder.resolve("network.onnx.data"));
        assertTrue(data > all / 2, data + " bytes of " + all);
        assertTrue(data < all, data + " bytes of " + all);
        assertEquals(0, data % Float.BYTES);
    }

    private Tensor forward(NetworkConfig config, StateDict weights, FiaNetInput input, int threads)
            throws IOException, OrtException {
        Path file = folder.resolve("network.onnx");
        OnnxFiaNet.write(file, config, weights, input);
        try (OnnxFiaNet network = new OnnxFiaNet(file, threads)) {
            return network.forward(input);
        }
    }
}
