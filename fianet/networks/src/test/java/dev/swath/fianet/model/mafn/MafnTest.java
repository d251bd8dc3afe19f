package dev.swath.fianet.model.mafn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.OpenedFile;
import dev.swath.fianet.model.GoldenNetworks;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.TorchWriter;
import dev.swath.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MafnTest {
    private static final String SETTINGS =
            "{\"bert\": {\"heads\": 2}, \"cim\": {\"heads\": 2, \"key\": 4}, \"noise_heads\": 2}";

    @TempDir
    Path folder;

    private void checkOpens(Path file) throws IOException {
        OpenedFile opened = OpenedFile.of(file, SETTINGS);
        assertEquals(64, opened.imageSize());
        assertEquals("mafn", opened.network().config().network());
        GoldenNetworks.MAFN.checkEvaluation(opened.network(), opened.backend());
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
    private Path changed(BiFunction<String, Tensor, Tensor> change) throws IOException {
        StateDict all = Checkpoint.open(published()).tensors();
        StateDict out = new StateDict();
        for (String name : all.names()) {
            out.put(name, change.apply(name, all.get(name)));
        }
        Path file = folder.resolve("changed.pth");
        TorchWriter.write(file, "model", out, Map.of());
        return file;
    }

    @Test
    void theSecondRowOfNoiseMayBeAbsent() throws IOException {
        checkOpens(
                changed((n, t) -> n.endsWith("_noise.weight") ? t.slice(0, 0, 1).contiguous() : t));
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
