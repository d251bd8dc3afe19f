package dev.swath.fianet.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.TinyModel;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.WeightsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names that the published codes write, those of the first stage and block alone. */
class RecognitionTest {
    private static final Shape SMALL = Shape.of(1);

    private static StateDict names(String list, Shape mixing, UnaryOperator<String> rename) throws IOException {
        StateDict out = new StateDict();
        try (InputStream in = RecognitionTest.class.getResourceAsStream("names/" + list + ".txt")) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .forEach(n -> put(out, rename.apply(n), n.endsWith("attention.proj.weight") ? mixing : SMALL));
        }
        return out;
    }

    private static void put(StateDict out, String name, Shape shape) {
        out.put(name, new StateDict.Entry(DType.F32, shape, _ -> {
            throw new AssertionError("names and shapes are enough");
        }));
    }

    private static Checkpoint checkpoint(StateDict tensors) {
        return new Checkpoint(Path.of("best.pth"), Checkpoint.Format.TORCH, tensors);
    }

    private static String words(StateDict tensors) {
        return Recognition.of(checkpoint(tensors)).words();
    }

    @ParameterizedTest
    @CsvSource({
        "lavt, lavt",
        "crossvlt, crossvlt",
        "lgce, lgce",
        "rmsin, rmsin",
        "dlsa-legacy, dlsa",
        "dlsa-original, dlsa",
        "mafn, mafn",
        "fianet-cim, fianet",
        "fianet-lgce, fianet"
    })
    void relativesAreRecognised(String list, String network) throws IOException {
        StateDict tensors = names(list, Shape.of(225, 314), n -> n);
        assertEquals(network, Recognition.network(checkpoint(tensors)).name());
    }

    /** A whole LAVT as its script saves it, tiny. */
    @Test
    void aLavtFileIsNoFiaNet() {
        Checkpoint file = Checkpoint.open(Path.of("src/test/resources/dev/swath/fianet/model/names/lavt_names.pth"));
        assertEquals("a whole LAVT", Recognition.of(file).words());
    }

    /** How the grid of the last stage is mixed tells the size of the images. */
    @ParameterizedTest
    @CsvSource({"784, 1080, remotesam", "225, 314, rmsin", "64, 89, rmsin"})
    void rmsinIsKnownByItsImageSize(int cells, int tokens, String network) throws IOException {
        StateDict tensors = names("rmsin", Shape.of(cells, tokens), n -> n);
        assertEquals(network, Recognition.network(checkpoint(tensors)).name());
    }

    @Test
    void rmsinWithoutItsTextEncoderIsNotWhole() throws IOException {
        StateDict all = names("rmsin", Shape.of(225, 314), n -> n);
        StateDict apart = new StateDict();
        all.names().stream().filter(n -> !n.startsWith("text_encoder.")).forEach(n -> apart.put(n, all.entry(n)));
        assertEquals("a part of RMSIN without text_encoder", words(apart));
    }

    /** LAVT's first form keeps BERT in an entry of its own; saved without that it is no whole network. */
    @Test
    void lavtWithoutItsTextEncoderIsNoSwin() throws IOException {
        StateDict all = names("lavt", SMALL, n -> n);
        StateDict apart = new StateDict();
        all.names().stream().filter(n -> !n.startsWith("text_encoder.")).forEach(n -> apart.put(n, all.entry(n)));
        assertEquals("a part of LAVT without text_encoder", words(apart));
    }

    @Test
    void dicorAndCadFormerAreKnownByTheirOwnParts() throws IOException {
        for (String[] one : new String[][] {
            {"backbone.VMSF.0.norm.weight", "a DiCoR checkpoint"},
            {"backbone.fusion_global.vis_project.0.weight", "a DiCoR checkpoint"},
            {"backbone.layers.0.vglva.0.weight", "a CADFormer checkpoint"}
        }) {
            StateDict tensors = names("lavt", SMALL, n -> n);
            put(tensors, one[0], SMALL);
            assertEquals(one[1], words(tensors));
            WeightsException e = assertThrows(WeightsException.class, () -> Recognition.network(checkpoint(tensors)));
            assertTrue(e.getMessage().startsWith("[weights] best.pth is " + one[1] + "; this version reads FIANet"));
            assertThrows(
                    WeightsException.class, () -> Recognition.require(checkpoint(tensors), Recognition.Other.SWIN));
        }
    }

    @Test
    void fiaNetSwinAndBertAreKnown() {
        StateDict all = TinyModel.weights();
        assertEquals("a whole FIANet", words(all));
        assertSame(
                Networks.standard().name(), Recognition.network(checkpoint(all)).name());
        StateDict backbone = new StateDict();
        all.names().stream().filter(n -> n.startsWith("backbone.")).forEach(n -> backbone.put(n, all.entry(n)));
        assertEquals("only a Swin backbone", words(backbone));
        assertEquals("only a Swin backbone", words(backbone.under("backbone.")));
        assertEquals("only a BERT text encoder", words(all.under("text_encoder.")));
        assertEquals(
                "weights of a network that is not known here",
                words(new StateDict().put("x", new StateDict.Entry(DType.F32, SMALL, _ -> null))));
    }
}
