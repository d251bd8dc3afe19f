package dev.swath.fianet.model.mafn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.OpenedFile;
import dev.swath.fianet.model.GoldenNetwork;
import dev.swath.fianet.model.parts.CrossScaleConfig;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import dev.swath.kernels.Backend;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import dev.swath.testkit.GoldenRun;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.TorchWriter;
import dev.swath.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    private static final String SETTINGS =
            "{\"bert\": {\"heads\": 2}, \"cim\": {\"heads\": 2, \"key\": 4}, \"noise_heads\": 2}";

    @TempDir
    Path folder;

    private void checkOpens(Path file) throws IOException {
        OpenedFile opened = OpenedFile.of(file, SETTINGS);
        assertEquals(64, opened.imageSize());
        assertEquals("mafn", opened.network().config().network());
        GOLDEN.checkEvaluation(opened.network(), opened.backend());
    }

    private Path published() throws IOException {
        return Golden.copy("lineage_files", "mafn_training.pth", folder);
    }

    @Test
    void publishedFile() throws IOException {
        checkOpens(published());
    }

    /** What the file does not tell is asked for. */
    @Test
    void headsAreAskedFor() throws IOException {
        Path file = published();
        WeightsException e =
                assertThrows(WeightsException.class, () -> OpenedFile.of(file, "{\"bert\": {\"heads\": 2}}"));
        assertTrue(e.getMessage().contains("does not say cim.heads and noise_heads"), e.getMessage());
    }

    /** Another file with the tensors of the published one. */
    private Path changed(UnaryOperator<String> rename, BiFunction<String, Tensor, @Nullable Tensor> change)
            throws IOException {
        StateDict all = Checkpoint.open(published()).tensors();
        StateDict out = new StateDict();
        for (String name : all.names()) {
            Tensor value = change.apply(name, all.get(name));
            if (value != null) {
                out.put(rename.apply(name), value);
            }
        }
        Path file = folder.resolve("changed.pth");
        TorchWriter.write(file, "model", out, Map.of());
        return file;
    }

    @ParameterizedTest
    @ValueSource(strings = {"module.", "_orig_mod."})
    void wrappersNamesAreTakenOff(String prefix) throws IOException {
        checkOpens(changed(n -> prefix + n, (_, t) -> t));
    }

    @Test
    void theSecondRowOfNoiseMayBeAbsent() throws IOException {
        checkOpens(changed(
                n -> n, (n, t) -> n.endsWith("_noise.weight") ? t.slice(0, 0, 1).contiguous() : t));
    }

    @Test
    void missingAndUnknownTensorsAreRefused() throws IOException {
        String name = "backbone.layers.1.blocks.0.v_noise.weight";
        Path without = changed(n -> n, (n, t) -> n.equals(name) ? null : t);
        WeightsException e = assertThrows(WeightsException.class, () -> OpenedFile.of(without, SETTINGS));
        assertTrue(e.getMessage().contains("1 missing: " + name), e.getMessage());
        Path renamed = changed(n -> n.equals(name) ? "backbone.other" : n, (_, t) -> t);
        e = assertThrows(WeightsException.class, () -> OpenedFile.of(renamed, SETTINGS));
        assertTrue(e.getMessage().contains("1 unexpected: backbone.other"), e.getMessage());
    }

    @Test
    void kernelsMustBeThoseOfTheTensors() throws IOException {
        Checkpoint file = Checkpoint.open(published());
        Checkpoint other = new Checkpoint(
                file.path(),
                file.format(),
                file.tensors(),
                new Checkpoint.Settings(Optional.empty(), Map.of("kernels", List.of(1L, 3L, 7L))),
                List.of());
        WeightsException e = assertThrows(WeightsException.class, () -> new MafnProvider().deduce(other));
        assertTrue(
                e.getMessage()
                        .endsWith(
                                "its argument kernels must be the sides of its depthwise kernels, [1, 3, 5]; got [1, 3, 7]"),
                e.getMessage());
    }

    @Test
    void settingsComeBackFromJson() {
        MafnConfig config = MafnConfig.published();
        assertEquals(config, config.with(new Fields(Json.parseObject(Json.write(config.toJson(), false)), "test")));
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> new MafnConfig(config.trunk(), config.scales(), 7, config.kernels(), 0));
        assertEquals("[mafn] noise_heads must divide the 128 channels of the first stage; got 7", e.getMessage());
    }
}
