package dev.swath.fianet.model.dlsa;

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
import dev.swath.tensor.DType;
import dev.swath.tensor.StateDict;
import dev.swath.testkit.Golden;
import dev.swath.testkit.GoldenRun;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.TorchWriter;
import dev.swath.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

    private static final String SETTINGS = "{\"bert\": {\"heads\": 2}, \"cim\": {\"heads\": 2, \"key\": 4}%s}";

    @TempDir
    Path folder;

    private void checkOpens(String layout, Path file, String more) throws IOException {
        OpenedFile opened = OpenedFile.of(file, SETTINGS.formatted(more));
        assertEquals(64, opened.imageSize());
        assertEquals("dlsa", opened.network().config().network());
        golden(layout).checkEvaluation(opened.network(), opened.backend());
    }

    private Path published(String layout) throws IOException {
        return Golden.copy("lineage_files", "dlsa_" + layout + ".pth", folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"original", "legacy"})
    void publishedFiles(String layout) throws IOException {
        checkOpens(layout, published(layout), "");
    }

    /** Another file with the tensors of a published one that the names let through, and no arguments. */
    private Path changed(String layout, UnaryOperator<String> rename, Predicate<String> kept, DType type)
            throws IOException {
        StateDict all = Checkpoint.open(published(layout)).tensors();
        StateDict out = new StateDict();
        for (String name : all.names()) {
            if (kept.test(name)) {
                StateDict.Entry e = all.entry(name);
                out.put(rename.apply(name), e.dtype().isFloating() ? e.read().to(type) : e.read());
            }
        }
        Path file = folder.resolve("changed.pth");
        TorchWriter.write(file, "model", out, Map.of());
        return file;
    }

    @ParameterizedTest
    @CsvSource({"original, module.", "legacy, _orig_mod."})
    void wrappersNamesAreTakenOff(String layout, String prefix) throws IOException {
        checkOpens(layout, changed(layout, n -> prefix + n, _ -> true, DType.F32), "");
    }

    /** As they are, and with the two text blocks that run by the arguments alone, which a file without arguments is assumed to have. */
    @ParameterizedTest
    @ValueSource(strings = {"original", "legacy"})
    void tensorsThatNoPassReadsMayBeAbsent(String layout) throws IOException {
        Predicate<String> read = n -> !DlsaProvider.isIdle(n, DecoderSettings.PUBLISHED);
        StateDict all = Checkpoint.open(published(layout)).tensors();
        assertTrue(all.names().stream().filter(read.negate()).count() > 100, "there are such tensors");
        Path file = changed(layout, n -> n, read, DType.F32);
        checkOpens(layout, file, "");
        checkOpens(layout, file, ", \"text_decoder\": {\"stages\": \"tg2_tg1\"}");
        Files.delete(folder.resolve("changed.pth.json"));
    }

    @Test
    void halfPrecisionOpens() throws IOException {
        OpenedFile opened = OpenedFile.of(changed("original", n -> n, _ -> true, DType.F16), SETTINGS.formatted(""));
        assertEquals("dlsa", opened.network().config().network());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "backbone.layers.0.sgAMC.token_fc.weight",
                "backbone.layers.2.alpha_fc.bias",
                "classifier.tg1.gate.weight",
                "backbone.cim.bn.weight"
            })
    void whatAPassReadsMustBeThere(String name) throws IOException {
        Path file = changed("original", n -> n, n -> !n.equals(name), DType.F32);
        WeightsException e = assertThrows(WeightsException.class, () -> OpenedFile.of(file, SETTINGS.formatted("")));
        assertTrue(e.getMessage().contains("1 missing: " + name), e.getMessage());
    }

    @Test
    void anUnknownTensorIsRefused() throws IOException {
        Path file = changed(
                "legacy",
                n -> n.equals("backbone.layers.0.visual_gate.0.weight") ? "backbone.layers.0.other.weight" : n,
                _ -> true,
                DType.F32);
        WeightsException e = assertThrows(WeightsException.class, () -> OpenedFile.of(file, SETTINGS.formatted("")));
        assertTrue(e.getMessage().contains("1 unexpected: backbone.layers.0.other.weight"), e.getMessage());
    }

    private DecoderSettings decoder(Map<String, Object> arguments) throws IOException {
        Checkpoint file = Checkpoint.open(published("original"));
        return new PublishedDlsa(new Checkpoint(
                        file.path(),
                        file.format(),
                        file.tensors(),
                        new Checkpoint.Settings(Optional.empty(), arguments),
                        List.of()))
                .decoder();
    }

    /** Without {@code use_text_decoder} no block runs; without any argument the published ones are assumed. */
    @Test
    void argumentsDecide() throws IOException {
        assertEquals(DecoderSettings.Stages.NONE, decoder(Map.of("lr", 0.1)).stages());
        assertEquals(DecoderSettings.PUBLISHED, decoder(Map.of()));
        Map<String, Object> on =
                Map.of("use_text_decoder", true, "text_decoder_stages", "tg4_tg3", "alti_ablation", "no_local");
        assertEquals(DecoderSettings.Stages.TG4_TG3, decoder(on).stages());
        assertEquals(TextBlockSettings.Ablation.NO_LOCAL, decoder(on).block().ablation());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text_decoder_variant | attn | its argument text_decoder_variant is attn, but its tensors are those of glf_adapt",
                "text_decoder_stages | tg9 | its argument text_decoder_stages must be one of none, tg1, tg2_tg1, tg4_tg3, all; got tg9",
                "use_text_decoder | yes | its argument use_text_decoder must be true or false; got yes"
            })
    void argumentsThatCannotBeAreRefused(String key, String value, String words) {
        Map<String, Object> arguments = new LinkedHashMap<>(Map.of("use_text_decoder", true));
        arguments.put(key, value);
        WeightsException e = assertThrows(WeightsException.class, () -> decoder(arguments));
        assertTrue(e.getMessage().endsWith(words), e.getMessage());
    }

    /** Another place, mixing maps of all words in the decoder, and each factor left out change the answer. */
    @Test
    void switchesMatter() throws IOException {
        double[] usual = logits("legacy", "");
        for (String more : List.of(
                "\"stages\": \"none\"",
                "\"stages\": \"tg1\"",
                "\"stages\": \"all\"",
                "\"mixing\": true",
                "\"ablation\": \"no_alpha\"",
                "\"ablation\": \"no_local\"",
                "\"ablation\": \"no_scale\"")) {
            double[] other = logits("legacy", ", \"text_decoder\": {" + more + "}");
            double most = 0;
            for (int i = 0; i < usual.length; i++) {
                most = Math.max(most, Math.abs(usual[i] - other[i]));
            }
            assertTrue(most > 1e-4 && most < 1e3, more + " changes by " + most);
        }
    }

    private double[] logits(String layout, String more) throws IOException {
        OpenedFile opened = OpenedFile.of(published(layout), SETTINGS.formatted(more));
        return golden(layout).logits(opened.network(), opened.backend()).toDoubleArray();
    }

    @Test
    void mixingInTheDecoderNeedsTheLegacyLayout() throws IOException {
        Path file = published("original");
        WeightsException e = assertThrows(
                WeightsException.class,
                () -> OpenedFile.of(file, SETTINGS.formatted(", \"text_decoder\": {\"mixing\": true}")));
        assertTrue(
                e.getMessage().contains("mixing maps run in the decoder in the legacy layout alone"), e.getMessage());
    }

    @Test
    void settingsComeBackFromJson() {
        for (MixingSettings.Layout layout : MixingSettings.Layout.values()) {
            DlsaConfig config = DlsaConfig.published(layout);
            assertEquals(
                    config,
                    DlsaConfig.published(MixingSettings.Layout.ORIGINAL)
                            .with(new Fields(Json.parseObject(Json.write(config.toJson(), false)), "test")));
        }
    }
}
