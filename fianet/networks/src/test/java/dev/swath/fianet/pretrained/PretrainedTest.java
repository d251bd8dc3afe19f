package dev.swath.fianet.pretrained;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.fianet.PublishedFiles;
import dev.swath.fianet.TinyModel;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.bert.BertEncoder;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.nn.swin.SwinTransformer;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import dev.swath.tokenizer.TokenizerException;
import dev.swath.weights.BiasTables;
import dev.swath.weights.Safetensors;
import dev.swath.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files with the names that the authors publish, made of golden weights, give the golden results. */
class PretrainedTest {
    private static final Backend BACKEND = Backends.cpu();

    @TempDir
    Path folder;

    private static Tape tape() {
        return Tape.inference(Tape.Options.of(BACKEND));
    }

    private Path swin(Golden golden) {
        Path file = folder.resolve("swin.safetensors");
        Safetensors.write(file, PublishedFiles.swin(golden, "module."), Map.of());
        return file;
    }

    @Test
    void anOfficialSwinFileIsOpenedByOneCall() {
        Golden golden = Golden.of("swin_full");
        SwinTransformer swin = SwinFile.open(swin(golden), BACKEND);
        Tensor image = golden.tensor("in/image").permute(0, 2, 3, 1).contiguous();
        List<Var> stages = swin.forward(tape(), Var.constant(image));
        for (int i = 0; i < 4; i++) {
            Tensor want = golden.tensor("out/stage" + i);
            Golden.assertClose(
                    "stage " + i,
                    want,
                    Tensor.of(stages.get(i).value().toFloatArray(), want.shape().dims()),
                    golden.tolerance("out"));
        }
    }

    @Test
    void tablesOfAnotherWindowAreResized() {
        Golden golden = Golden.of("swin_full");
        Path file = swin(golden);
        SwinConfig wider = new SwinConfig(8, List.of(2, 2, 2, 2), List.of(1, 2, 2, 4), 6, 4, 4, 0);
        StateDict got = SwinFile.open(file, wider, null).stateDict();
        String table = "layers.2.blocks.1.attn.relative_position_bias_table";
        Golden.assertClose(table, BiasTables.resize(golden.under("param/").get(table), 11 * 11), got.get(table), 1e-7);
        SwinConfig other = new SwinConfig(8, List.of(2, 2, 4, 2), List.of(1, 2, 2, 4), 4, 4, 4, 0);
        String message = assertThrows(WeightsException.class, () -> SwinFile.open(file, other, null))
                .getMessage();
        assertTrue(message.contains(file.toString()) && message.contains("missing: layers.2.blocks.2."), message);
        Path bert = folder.resolve("bert.safetensors");
        Safetensors.write(bert, TinyModel.weights().under("text_encoder."), Map.of());
        assertTrue(assertThrows(WeightsException.class, () -> SwinFile.open(bert, BACKEND))
                .getMessage()
                .contains("only a BERT text encoder"));
    }

    /** A folder as it is published. */
    private void bert(BertEncoder encoder) throws IOException {
        BertConfig c = encoder.config();
        PublishedFiles.bert(folder, encoder);
        Files.writeString(folder.resolve("config.json"), """
                {"vocab_size": %d, "hidden_size": %d, "num_hidden_layers": %d, "num_attention_heads": %d, "hidden_act": "gelu",
                 "intermediate_size": %d, "max_position_embeddings": %d, "type_vocab_size": %d, "layer_norm_eps": 1e-12}
                """.formatted(
                        c.vocabulary(), c.hidden(), c.layers(), c.heads(), c.intermediate(), c.positions(), c.types()));
    }

    @Test
    void aBertFolderIsOpenedByOneCall() throws IOException {
        BertEncoder made = new BertEncoder(new BertConfig(TinyModel.PIECES.size(), 24, 2, 3, 40, 16, 2, 0.1, 1e-12));
        made.initialise(new RandomSource(3));
        bert(made);
        BertFolder opened = BertFolder.open(folder, BACKEND);
        Tensor hidden = opened.encode(tape(), "the ship on the road");
        assertEquals(Shape.of(1, 7, 24), hidden.shape());
        Tensor ids = Tensor.of(new long[] {2, 5, 6, 7, 5, 12, 3}, 1, 7);
        Tensor ones = Tensor.of(new float[] {1, 1, 1, 1, 1, 1, 1}, 1, 7);
        Golden.assertClose(
                "hidden", made.forward(tape(), ids, Var.constant(ones)).value(), hidden, 2e-6);
        assertTrue(opened.tokenize("the ship ".repeat(20)).truncated());
        String tooLong = "the ship ".repeat(1200);
        assertEquals(
                "[tokenizer] a text may have at most 10000 characters; got 10800",
                assertThrows(TokenizerException.class, () -> opened.encode(tape(), tooLong))
                        .getMessage());
    }

    @Test
    void foldersThatDoNotFitAreNamed() throws IOException {
        BertEncoder made = new BertEncoder(new BertConfig(TinyModel.PIECES.size(), 24, 1, 3, 40, 16, 2, 0.1, 1e-12));
        made.initialise(new RandomSource(3));
        bert(made);
        Path config = folder.resolve("config.json");
        String whole = Files.readString(config);
        for (Map.Entry<String, String> change : Map.of(
                        "\"vocab_size\": 13", "\"vocab_size\": 14",
                        "\"hidden_size\": 24", "\"hidden_size\": 25",
                        "\"num_hidden_layers\": 1", "\"layers\": 1",
                        "\"gelu\"", "\"relu\"",
                        "}", "")
                .entrySet()) {
            Files.writeString(config, whole.replace(change.getKey(), change.getValue()));
            String message = assertThrows(WeightsException.class, () -> BertFolder.open(folder, BACKEND))
                    .getMessage();
            assertTrue(message.contains(folder.toString()) && message.contains("config.json"), message);
        }
        Files.writeString(config, whole.replace("\"intermediate_size\": 40", "\"intermediate_size\": 41"));
        assertTrue(assertThrows(WeightsException.class, () -> BertFolder.open(folder, BACKEND))
                .getMessage()
                .contains("config.json: intermediate_size is 41, but the weights in "));
        Files.delete(config);
        assertTrue(assertThrows(WeightsException.class, () -> BertFolder.open(folder, BACKEND))
                .getMessage()
                .contains("does not exist"));
    }
}
