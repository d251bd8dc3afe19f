package dev.swath.fianet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.fianet.FiaNetConfig;
import dev.swath.fianet.model.fianet.FiaNetProvider;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.Fuzz;
import dev.swath.files.json.Json;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.WeightsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelSettingsTest {
    @TempDir(factory = Fuzz.InMemory.class)
    Path folder;

    private static byte[] bytes(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    /** The tiny network's weights with what a script might have kept beside them. */
    private static Checkpoint file(Map<String, Object> arguments) {
        return new Checkpoint(
                Path.of("best.pth"),
                Checkpoint.Format.TORCH,
                TinyModel.weights(),
                new Checkpoint.Settings(Optional.empty(), arguments),
                List.of());
    }

    @Test
    void theScriptsArgumentsAreUsed() throws IOException {
        Path heads = Files.writeString(folder.resolve("heads.json"), "{\"bert\": {\"heads\": 2}}");
        Checkpoint file = file(Map.of("img_size", 96L, "mha", "1-2-4-8", "dataset", "rrsisd", "lr", 3e-5));
        ModelConfig config = ModelSettings.of(file, file.path(), heads).config();
        assertEquals(96, config.imageSize());
        assertEquals(DatasetVocabulary.RRSISD, config.dataset());
        assertEquals(
                List.of(1, 2, 4, 8), ((FiaNetConfig) config.network()).trunk().fusionHeads());
        assertEquals(2, ((FiaNetConfig) config.network()).text().heads());
    }

    @Test
    void whatIsNotSaidIsAskedFor() {
        Checkpoint bare = file(Map.of());
        String message = assertThrows(WeightsException.class, () -> ModelSettings.of(bare, bare.path(), null))
                .getMessage();
        assertTrue(
                message.contains("does not carry bert.heads and image_size") && message.contains("--model-config"),
                message);
        Checkpoint sized = file(Map.of("img_size", 96L));
        String heads = assertThrows(WeightsException.class, () -> ModelSettings.of(sized, sized.path(), null))
                .getMessage();
        assertTrue(heads.contains("does not carry bert.heads of"), heads);
        assertTrue(ModelSettings.ifDetermined(bare, bare.path()).isEmpty());
    }

    /** Of FIANet's own sizes nothing needs to be said: the published script has one size of images, BERT-base 12 heads. */
    @Test
    void thePublishedSizesAreKnown() {
        StateDict shapes = new StateDict();
        FiaNetConfig small = new FiaNetConfig(
                new TrunkConfig(
                        new SwinConfig(8, List.of(2, 2, 18, 2), List.of(4, 8, 16, 32), 12, 4, 4, 0),
                        new BertConfig(20, 16, 12, 1, 16, 24, 2, 0.1, 1e-12)),
                1,
                FiaNetConfig.Wiring.REFERENCE,
                FiaNetConfig.Ablation.NONE);
        small.create().targets().forEach((name, shape) -> {
            int[] dims = shape.dims();
            for (int i = 0; i < dims.length; i++) {
                // Widths of the stages and of the text encoder as published; the names stay.
                dims[i] = name.startsWith("text_encoder.") && dims[i] == 16 ? 768 : dims[i];
                dims[i] = name.startsWith("backbone.patch_embed.") && dims[i] == 8 ? 128 : dims[i];
            }
            shapes.put(
                    name.equals("backbone.layers.0.blocks.0.mlp.fc1.weight") ? "-" : name,
                    new StateDict.Entry(DType.F32, Shape.of(dims), _ -> {
                        throw new AssertionError("shapes are enough");
                    }));
        });
        shapes.put(
                "backbone.layers.0.blocks.0.mlp.fc1.weight", new StateDict.Entry(DType.F32, Shape.of(512, 128), _ -> {
                    throw new AssertionError("shapes are enough");
                }));
        Checkpoint published = new Checkpoint(Path.of("best.pth"), Checkpoint.Format.TORCH, shapes);
        assertEquals(List.of(), new FiaNetProvider().undetermined(published));
    }

    /** A folder's config.json, changed, up to where a network would be made. */
    @Test
    void fuzzedConfigurationsAreReadOrRefused() throws IOException {
        TinyModel.write(folder);
        Checkpoint checkpoint = Checkpoint.open(folder);
        Path json = folder.resolve("config.json");
        String whole =
                Json.write(ModelSettings.of(checkpoint, folder, null).config().toJson(), false);
        List<byte[]> words = List.of(
                bytes("2147483647"),
                bytes("-1"),
                bytes("0"),
                bytes("1e300"),
                bytes("null"),
                bytes("[1,1,1,1,1,1,1,1,1]"),
                bytes("\"paper\""),
                bytes("\"\\u001b]0;x\\u0007\""),
                bytes("\"network\":\"x\","),
                bytes("9999999999999999999999"));
        Fuzz fuzz = new Fuzz(
                        "model-config", List.of(bytes(whole), Files.readAllBytes(json)), words, WeightsException.class)
                .run(Fuzz.file(json, _ -> ModelSettings.of(checkpoint, folder, null)));
        assertTrue(fuzz.refused() > 0 && fuzz.refused() < fuzz.rounds());
    }
}
