package dev.swath.fianet.model.lgce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.OpenedFile;
import dev.swath.fianet.model.GoldenNetwork;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.kernels.Backend;
import dev.swath.tensor.StateDict;
import dev.swath.testkit.Golden;
import dev.swath.testkit.GoldenRun;
import dev.swath.weights.TorchWriter;
import dev.swath.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LgceTest {
    private static final GoldenNetwork GOLDEN = new GoldenNetwork(
            "lgce_net",
            g -> new Lgce(new LgceConfig(GoldenNetwork.trunk(g), g.config("head"), g.config("ratio"))),
            GoldenNetwork.CROSS_ENTROPY);

    @TempDir
    Path folder;

    static Stream<Backend> backends() {
        return GoldenRun.backends();
    }

    static Stream<Backend> processors() {
        return GoldenRun.processors();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void evaluation(Backend backend) {
        GOLDEN.evaluation(backend);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void training(Backend backend) {
        GOLDEN.training(backend);
    }

    @ParameterizedTest
    @MethodSource("processors")
    void firstSteps(Backend backend) {
        GOLDEN.curve(backend);
    }

    private OpenedFile open(StateDict tensors, String settings) throws IOException {
        Path file = folder.resolve("lgce.pth");
        TorchWriter.write(file, "model", tensors);
        return OpenedFile.of(file, settings);
    }

    @Test
    void aFileOfItsOwnIsOpened() throws IOException {
        OpenedFile opened = open(
                Golden.of("lgce_net").under("param/"),
                "{\"bert\": {\"heads\": 2}, \"exchange_head\": 4, \"image_size\": 64}");
        assertEquals(2, ((LgceConfig) opened.network().config()).exchangeRatio());
        GOLDEN.checkEvaluation(opened.network(), opened.backend());
    }

    @Test
    void whatTheTensorsDoNotTellIsAskedFor() {
        WeightsException e = assertThrows(
                WeightsException.class,
                () -> open(Golden.of("lgce_net").under("param/"), "{\"bert\": {\"heads\": 2}, \"image_size\": 64}"));
        assertTrue(e.getMessage().contains("does not say exchange_head of the network"), e.getMessage());
    }

    @Test
    void fullSizes() {
        Lgce network = new Lgce(new LgceConfig(TrunkConfig.published()));
        assertEquals(252_027_770L, network.parameterCount());
        assertEquals(670, network.namedParameters().size());
        assertEquals(712, network.stateDict().names().size());
        assertEquals(
                List.of(148, 305, 20, 160),
                network.groups(0.01, 10, false).stream()
                        .map(g -> g.parameters().size())
                        .toList());
    }
}
