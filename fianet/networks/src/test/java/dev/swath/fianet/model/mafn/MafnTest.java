package dev.swath.fianet.model.mafn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.fianet.model.GoldenNetwork;
import dev.swath.fianet.model.parts.CrossScaleConfig;
import dev.swath.kernels.Backend;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.testkit.Golden;
import dev.swath.testkit.GoldenRun;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MafnTest {
    private static final GoldenNetwork GOLDEN =
            new GoldenNetwork("mafn_net", g -> new Mafn(config(g)), SegmentationLoss.published());

    /** A 1x1 convolution before a norm: but for that one's eps its gradient is zero. */
    private static final Set<String> CANCELLING =
            Set.of("backbone.layers.2.visual_residual.repblock.brb_1x1.conv.weight");

    static Stream<Backend> backends() {
        return GoldenRun.backends();
    }

    static Stream<Backend> processors() {
        return GoldenRun.processors();
    }

    private static MafnConfig config(Golden g) {
        return new MafnConfig(
                GoldenNetwork.trunk(g),
                new CrossScaleConfig(g.config("side"), g.config("heads"), g.config("key")),
                g.config("noise_heads"),
                List.of(1, 3, 5),
                0);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void evaluation(Backend backend) {
        GOLDEN.evaluation(backend);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void training(Backend backend) {
        GOLDEN.training(backend, CANCELLING);
    }

    @Test
    void trainingInDouble() {
        GOLDEN.trainingInDouble();
    }

    @ParameterizedTest
    @MethodSource("processors")
    void firstSteps(Backend backend) {
        GOLDEN.curve(backend);
    }

    @Test
    void publishedSizes() {
        Mafn network = new Mafn(MafnConfig.published());
        assertEquals(350_056_899L, network.parameterCount());
        assertEquals(1349, network.namedParameters().size());
        assertEquals(1622, network.stateDict().size());
        assertEquals(
                List.of(136, 939, 77, 160),
                network.groups(0.01, 10, false).stream()
                        .map(g -> g.parameters().size())
                        .toList());
    }
}
