package dev.swath.fianet.model.dlsa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.OpenedFile;
import dev.swath.fianet.model.GoldenNetwork;
import dev.swath.fianet.model.GoldenNetworks;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import dev.swath.tensor.StateDict;
import dev.swath.testkit.Golden;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.TorchWriter;
import dev.swath.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DlsaTest {
    private static GoldenNetwork golden(String layout) {
        return layout.equals("legacy") ? GoldenNetworks.DLSA_LEGACY : GoldenNetworks.DLSA_ORIGINAL;
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
    private Path changed(String layout, Predicate<String> kept) throws IOException {
        StateDict all = Checkpoint.open(published(layout)).tensors();
        StateDict out = new StateDict();
        for (String name : all.names()) {
            if (kept.test(name)) {
                out.put(name, all.entry(name));
            }
        }
        Path file = folder.resolve("changed.pth");
        TorchWriter.write(file, "model", out, Map.of());
        return file;
    }

    /** As they are, and with the two text blocks that run by the arguments alone, which a file without arguments is assumed to have. */
    @ParameterizedTest
    @ValueSource(strings = {"original", "legacy"})
    void tensorsThatNoPassReadsMayBeAbsent(String layout) throws IOException {
        Predicate<String> read = n -> !DlsaProvider.isIdle(n, DecoderSettings.PUBLISHED);
        StateDict all = Checkpoint.open(published(layout)).tensors();
        assertTrue(all.names().stream().filter(read.negate()).count() > 100, "there are such tensors");
        Path file = changed(layout, read);
        checkOpens(layout, file, "");
        checkOpens(layout, file, ", \"text_decoder\": {\"stages\": \"tg2_tg1\"}");
        Files.delete(folder.resolve("changed.pth.json"));
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
