package dev.swath.fianet.model.lavt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.fianet.OpenedFile;
import dev.swath.fianet.model.GoldenNetwork;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.kernels.Backend;
import dev.swath.testkit.GoldenRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LavtTest {
    private static final GoldenNetwork GOLDEN = new GoldenNetwork(
            "lineage_lavt", g -> new Lavt(new LavtConfig(GoldenNetwork.trunk(g))), GoldenNetwork.CROSS_ENTROPY);

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

    @ParameterizedTest
    @ValueSource(strings = {"lavt_one_ddp_legacy.pth", "lavt_separate_bert.pth"})
    void publishedFiles(String file) throws IOException {
        OpenedFile opened =
                OpenedFile.of("lineage_files", file, folder, "{\"bert\": {\"heads\": 2}, \"image_size\": 64}");
        assertEquals("lavt", opened.network().config().network());
        GOLDEN.checkEvaluation(opened.network(), opened.backend());
    }

    @Test
    void publishedSizes() {
        Lavt network = new Lavt(new LavtConfig(TrunkConfig.published()));
        assertEquals(227_739_514L, network.parameterCount());
        assertEquals(606, network.namedParameters().size());
        assertEquals(648, network.stateDict().names().size());
        assertEquals(
                List.of(136, 253, 20, 160),
                network.groups(0.01, 10, false).stream()
                        .map(g -> g.parameters().size())
                        .toList());
    }
}
