package dev.swath.fianet.model.dlsa;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.fianet.model.GoldenNetwork;
import dev.swath.fianet.model.parts.CrossScaleConfig;
import dev.swath.files.json.Json;
import dev.swath.kernels.Backend;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.testkit.Golden;
import dev.swath.testkit.GoldenRun;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DlsaTest {
    /** Scales and shifts of norms before norms, whose sums over a map's inner cells cancel. */
    private static final Map<String, Set<String>> CANCELLING = Map.of(
            "original",
            Set.of(
                    "backbone.layers.0.visual_residual.repblock.brb_3x3.bn1.weight",
                    "backbone.layers.0.visual_residual.repblock.brb_3x3.bn1.bias"),
            "legacy",
            Set.of("backbone.cim.block.0.intra_ff.m.ff2.m.bn1.weight"));

    static Stream<Arguments> on(Supplier<Stream<Backend>> backends) {
        return Stream.of("original", "legacy").flatMap(n -> backends.get().map(b -> Arguments.of(n, b)));
    }

    static Stream<Arguments> backends() {
        return on(GoldenRun::backends);
    }

    static Stream<Arguments> processors() {
        return on(GoldenRun::processors);
    }

    private static DlsaConfig config(Golden g) {
        String layout = Json.asString(g.config().get("layout"), "layout");
        return new DlsaConfig(
                GoldenNetwork.trunk(g),
                new CrossScaleConfig(g.config("side"), g.config("heads"), g.config("key")),
                new MixingSettings(
                        MixingSettings.Layout.valueOf(layout.toUpperCase(Locale.ROOT)),
                        g.config("hidden"),
                        List.of(1, 3, 5, 7)),
                DecoderSettings.PUBLISHED,
                0);
    }

    private static GoldenNetwork golden(String layout) {
        return new GoldenNetwork("dlsa_" + layout + "_net", g -> new Dlsa(config(g)), SegmentationLoss.published());
    }

    @ParameterizedTest
    @MethodSource("backends")
    void evaluation(String layout, Backend backend) {
        golden(layout).evaluation(backend);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void training(String layout, Backend backend) {
        golden(layout).training(backend, CANCELLING.get(layout));
    }

    @ParameterizedTest
    @ValueSource(strings = {"original", "legacy"})
    void trainingInDouble(String layout) {
        golden(layout).trainingInDouble();
    }

    @ParameterizedTest
    @MethodSource("processors")
    void firstSteps(String layout, Backend backend) {
        golden(layout).curve(backend);
    }

    @ParameterizedTest
    @CsvSource({"ORIGINAL, 252778792, 1106, 1367, 607, 166", "LEGACY, 256869249, 1223, 1484, 679, 211"})
    void publishedSizes(
            MixingSettings.Layout layout, long values, int tensors, int entries, int backbone, int decoder) {
        Dlsa network = new Dlsa(DlsaConfig.published(layout));
        assertEquals(values, network.parameterCount());
        assertEquals(tensors, network.namedParameters().size());
        assertEquals(entries, network.stateDict().size());
        assertEquals(
                List.of(136, backbone, decoder, 160),
                network.groups(0.01, 10, false).stream()
                        .map(g -> g.parameters().size())
                        .toList());
    }
}
