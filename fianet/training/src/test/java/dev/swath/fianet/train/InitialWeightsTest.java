package dev.swath.fianet.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.RandomSource;
import dev.swath.fianet.PublishedFiles;
import dev.swath.fianet.TinyModel;
import dev.swath.fianet.model.crossvlt.CrossVlt;
import dev.swath.fianet.model.crossvlt.CrossVltConfig;
import dev.swath.fianet.model.fianet.FiaNet;
import dev.swath.fianet.model.fianet.FiaNetConfig;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.kernels.Parallelism;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.bert.BertEncoder;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.nn.train.TrainingException;
import dev.swath.tensor.StateDict;
import dev.swath.testkit.Golden;
import dev.swath.weights.BiasTables;
import dev.swath.weights.Safetensors;
import dev.swath.weights.TorchWriter;
import dev.swath.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training begins with published files: an official Swin classifier's {@code .pth} and a BERT folder. */
class InitialWeightsTest {
    private static final BertConfig BERT = new BertConfig(TinyModel.PIECES.size(), 24, 2, 3, 40, 22, 2, 0, 1e-12);
    private static final Golden SWIN = Golden.of("swin_full");

    @TempDir
    Path folder;

    private static FiaNet network(List<Integer> depths, int window) {
        FiaNet network = new FiaNet(new FiaNetConfig(
                new TrunkConfig(new SwinConfig(8, depths, List.of(1, 2, 2, 4), window, 4, 4, 0), BERT),
                1,
                FiaNetConfig.Wiring.REFERENCE,
                FiaNetConfig.Ablation.NONE));
        network.initialise(new RandomSource(4));
        return network;
    }

    /** As the Swin authors save it: under "model". */
    private Path swin() {
        Path file = folder.resolve("swin.pth");
        TorchWriter.write(file, "model", PublishedFiles.swin(SWIN, ""));
        return file;
    }

    /** Writes a folder as it is published; returns the encoder's weights. */
    private static StateDict bert(Path to) throws IOException {
        BertEncoder made = new BertEncoder(BERT);
        made.initialise(new RandomSource(3));
        PublishedFiles.bert(to, made);
        return made.stateDict();
    }

    private static void assertSame(StateDict want, String prefix, StateDict got) {
        for (String name : want.names()) {
            assertArrayEquals(
                    want.get(name).toFloatArray(), got.get(prefix + name).toFloatArray(), prefix + name);
        }
    }

    @Test
    void bothFilesLieOverTheFirstValues() throws IOException {
        FiaNet network = network(List.of(2, 2, 2, 2), 4);
        StateDict drawn = new StateDict();
        StateDict before = network.stateDict();
        before.names().forEach(name -> drawn.put(name, before.get(name).copy()));
        StateDict text = bert(folder.resolve("bert"));
        Path swin = swin();
        List<String> notes = InitialWeights.load(network, new TrainingRun.Origin(null, swin, folder.resolve("bert")));
        assertEquals(2, notes.size());
        assertTrue(notes.get(0).endsWith("tensors of the backbone from " + swin), notes.get(0));
        assertTrue(notes.get(1).endsWith("tensors of the text encoder from " + folder.resolve("bert")), notes.get(1));
        StateDict after = network.stateDict();
        assertSame(text, "text_encoder.", after);
        StateDict backbone = new StateDict();
        StateDict given = SWIN.under("param/");
        given.names().stream()
                .filter(n -> !n.endsWith("relative_position_index") && after.contains("backbone." + n))
                .forEach(n -> backbone.put(n, given.get(n)));
        assertTrue(backbone.size() > 90, "only " + backbone.size());
        assertSame(backbone, "backbone.", after);
        for (String kept : List.of("classifier.conv1_4.weight", "backbone.tmem.block.0.ff.net.0.weight")) {
            assertArrayEquals(drawn.get(kept).toFloatArray(), after.get(kept).toFloatArray(), kept);
        }
    }

    @Test
    void tablesOfAnotherWindowAreResized() {
        FiaNet network = network(List.of(2, 2, 2, 2), 6);
        InitialWeights.load(network, new TrainingRun.Origin(null, swin(), null));
        String table = "layers.2.blocks.1.attn.relative_position_bias_table";
        Golden.assertClose(
                table,
                BiasTables.resize(SWIN.under("param/").get(table), 11 * 11),
                network.stateDict().get("backbone." + table),
                1e-7);
    }

    @Test
    void aFileOfAnotherSizeIsNamed() throws IOException {
        FiaNet deeper = network(List.of(2, 2, 4, 2), 4);
        Path swin = swin();
        String message = assertThrows(
                        TrainingException.class,
                        () -> InitialWeights.load(deeper, new TrainingRun.Origin(null, swin, null)))
                .getMessage();
        assertTrue(message.contains(swin.toString()) && message.contains("layers.2.blocks.2."), message);
        bert(folder.resolve("bert"));
        FiaNet network = network(List.of(2, 2, 2, 2), 4);
        assertThrows(
                WeightsException.class,
                () -> InitialWeights.load(network, new TrainingRun.Origin(null, folder.resolve("bert"), null)));
        assertThrows(
                WeightsException.class, () -> InitialWeights.load(network, new TrainingRun.Origin(null, null, swin)));
    }

    private static CrossVlt crossVlt(int layers) {
        BertConfig text = new BertConfig(BERT.vocabulary(), 24, layers, 3, 40, 22, 2, 0, 1e-12);
        CrossVlt network = new CrossVlt(new CrossVltConfig(
                new SwinConfig(8, List.of(2, 2, 2, 2), List.of(1, 2, 2, 4), 4, 4, 4, 0), text, 6, 8));
        network.initialise(new RandomSource(4));
        return network;
    }

    /** CrossVLT's first language stage is the lower half of a BERT, and its Swin stands apart in four stages. */
    @Test
    void aNetworkMayTakeTheFirstLayersOfADeeperBert() throws IOException {
        StateDict text = bert(folder.resolve("bert"));
        CrossVlt network = crossVlt(1);
        List<String> notes = InitialWeights.load(network, new TrainingRun.Origin(null, swin(), folder.resolve("bert")));
        String rest = "tensors of the text encoder from " + folder.resolve("bert")
                + ", of whose 2 layers it takes the first 1";
        assertTrue(notes.get(1).endsWith(rest), notes.get(1));
        StateDict after = network.stateDict();
        StateDict first = new StateDict();
        text.names().stream().filter(n -> !n.contains("layer.1.")).forEach(n -> first.put(n, text.entry(n)));
        assertEquals(5 + 16, first.size());
        assertSame(first, "lang_stage1.", after);
        StateDict swin = SWIN.under("param/");
        for (String part : List.of("blocks.1.mlp.fc2.weight", "downsample.reduction.weight")) {
            assertArrayEquals(
                    swin.get("layers.1." + part).toFloatArray(),
                    after.get("backbone.1.layers." + part).toFloatArray());
        }
    }

    @Test
    void aBertOfOtherLayersIsRefused() throws IOException {
        bert(folder.resolve("bert"));
        TrainingRun.Origin origin = new TrainingRun.Origin(null, null, folder.resolve("bert"));
        String shallow = assertThrows(WeightsException.class, () -> InitialWeights.load(crossVlt(3), origin))
                .getMessage();
        assertTrue(shallow.contains("16 missing: encoder.layer.2."), shallow);
        FiaNet one = new FiaNet(new FiaNetConfig(
                new TrunkConfig(
                        new SwinConfig(8, List.of(2, 2, 2, 2), List.of(1, 2, 2, 4), 4, 4, 4, 0),
                        new BertConfig(BERT.vocabulary(), 24, 1, 3, 40, 22, 2, 0, 1e-12)),
                1,
                FiaNetConfig.Wiring.REFERENCE,
                FiaNetConfig.Ablation.NONE));
        one.initialise(new RandomSource(4));
        String deep = assertThrows(WeightsException.class, () -> InitialWeights.load(one, origin))
                .getMessage();
        assertTrue(deep.contains("16 unexpected: encoder.layer.1."), deep);
    }

    @Test
    void aTrainingBeginsWithThem() throws IOException {
        bert(folder.resolve("bert"));
        Path out = folder.resolve("run");
        TrainingConfig config = TinyRun.config("""
                {"model": {"swin": {"embed_dim": 8, "depths": [2, 2, 2, 2], "heads": [1, 2, 2, 4], "window": 4},
                  "bert": {"vocabulary": %d, "hidden": 24, "layers": 2, "heads": 3, "intermediate": 40, "positions": 22,
                    "dropout": 0}}}
                """.formatted(TinyModel.PIECES.size()));
        TrainingRun.Options given = TinyRun.options(out, config, false, 1, Parallelism.single());
        try (TrainingRun run = TrainingRun.open(new TrainingRun.Options(
                out,
                config,
                given.data(),
                folder.resolve("bert/vocab.txt"),
                new TrainingRun.Origin(null, swin(), folder.resolve("bert")),
                false,
                1,
                given.backend(),
                given.parallelism(),
                1,
                Map.of()))) {
            assertTrue(
                    run.notes().stream().anyMatch(n -> n.contains("tensors of the backbone from")),
                    run.notes()::toString);
            run.run(List.of());
        }
        // One small step away from the file: it began there, and not from noise.
        float[] start = SWIN.under("param/").get("patch_embed.proj.weight").toFloatArray();
        float[] trained = Safetensors.open(out.resolve("last/model.safetensors"))
                .tensors()
                .get("backbone.patch_embed.proj.weight")
                .toFloatArray();
        double largest = 0;
        for (int i = 0; i < start.length; i++) {
            largest = Math.max(largest, Math.abs(start[i] - trained[i]));
        }
        assertTrue(largest > 0 && largest < 3 * config.optimizer().learningRate(), "moved by " + largest);
    }
}
