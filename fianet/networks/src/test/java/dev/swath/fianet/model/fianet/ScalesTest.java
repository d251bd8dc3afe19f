package dev.swath.fianet.model.fianet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.RandomSource;
import dev.swath.fianet.OpenedFile;
import dev.swath.fianet.TinyModel;
import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.fianet.Scales.Kind;
import dev.swath.fianet.model.parts.CrossScaleConfig;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import dev.swath.weights.Safetensors;
import dev.swath.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** FIANet with other multi-scale modules. */
class ScalesTest {
    @TempDir
    Path folder;

    private static FiaNetConfig tiny(Kind kind) {
        return TinyModel.config().with(Scales.PUBLISHED.with(kind).with(new CrossScaleConfig(3, 8, 32)));
    }

    private Path file(Kind kind) {
        FiaNet network = tiny(kind).create();
        network.initialise(new RandomSource(2));
        Path file = folder.resolve("model.safetensors");
        Safetensors.write(file, network.stateDict(), Map.of());
        return file;
    }

    /** Its tensors tell which module it is, and with CIM the size of the images. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void aFileTellsItsModule(Kind kind) throws IOException {
        String size = kind == Kind.CIM ? "" : ", \"image_size\": 96";
        OpenedFile opened = OpenedFile.of(file(kind), "{\"bert\": {\"heads\": 1}" + size + "}");
        FiaNetConfig config = (FiaNetConfig) opened.network().config();
        assertEquals(kind, config.scales().kind());
        assertEquals(kind == Kind.CIM ? 3 : 15, config.scales().cim().side());
        assertEquals(4, config.scales().exchangeRatio());
        assertEquals(
                config, config.with(new Fields(Json.parseObject(Json.write(config.toJson(), false)), "its own keys")));
        assertEquals(96, opened.imageSize());
    }

    /** What the ablation of earlier versions wrote: the module is there and not used. */
    @Test
    void tmemMayBeSwitchedOffAsBefore() throws IOException {
        OpenedFile opened = OpenedFile.of(
                file(Kind.TMEM), "{\"bert\": {\"heads\": 1}, \"image_size\": 96, \"ablation\": {\"tmem\": false}}");
        FiaNetConfig config = (FiaNetConfig) opened.network().config();
        assertEquals(Kind.TMEM, config.scales().kind());
        assertFalse(config.ablation().tmem());
    }

    private static ModelConfig untrained(String json) {
        return ModelConfig.untrained(
                new Fields(Json.parseObject(json), "a.json"),
                new FiaNetProvider().published(DatasetVocabulary.REFSEGRS));
    }

    @Test
    void wordsForWhatDoesNotGoTogether() {
        Path file = file(Kind.CIM);
        String other = assertThrows(
                        WeightsException.class,
                        () -> OpenedFile.of(file, "{\"bert\": {\"heads\": 1}, \"multi_scale\": \"tmem\"}"))
                .getMessage();
        assertTrue(other.contains("'multi_scale' is tmem, but the weights in") && other.endsWith("hold cim"), other);
        String off = assertThrows(
                        IllegalArgumentException.class,
                        () -> untrained("{\"multi_scale\": \"cim\", \"ablation\": {\"tmem\": false}}"))
                .getMessage();
        assertTrue(off.contains("ablation.tmem switches TMEM off, but multi_scale puts CIM in its place"), off);
        String unknown = assertThrows(JsonException.class, () -> untrained("{\"cim\": {\"side\": 15}}"))
                .getMessage();
        assertTrue(unknown.contains("'cim'"), unknown);
    }

    /** Before a training the grid goes by the image. */
    @Test
    void theGridOfCimGoesByTheImage() {
        FiaNetConfig config = (FiaNetConfig)
                untrained("{\"multi_scale\": \"cim\", \"image_size\": 250}").network();
        assertEquals(8, config.scales().cim().side());
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> untrained("{\"multi_scale\": \"cim\", \"image_size\": 250, \"cim\": {\"side\": 15}}"))
                .getMessage();
        assertTrue(message.contains("image_size must lie in [449, 480]"), message);
    }

    @Test
    void figureNineIsATable() {
        assertEquals(
                List.of("fiam", "lgce", "cim", "full"),
                new FiaNetProvider()
                        .ablations().getLast().variants().stream()
                                .map(v -> v.name())
                                .toList());
    }
}
