package dev.swath.fianet.model.crossvlt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.fianet.OpenedFile;
import dev.swath.fianet.PublishedCheckpoint;
import dev.swath.fianet.model.GoldenNetwork;
import dev.swath.fianet.model.GoldenNetworks;
import dev.swath.files.json.Json;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Precision;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.nn.Parameter;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import dev.swath.testkit.GoldenRun;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.LoadReport;
import dev.swath.weights.Safetensors;
import dev.swath.weights.TorchWriter;
import dev.swath.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CrossVltTest {
    private static final String NAME = "crossvlt_net";
    private static final SegmentationLoss TWICE = new SegmentationLoss(
            List.of(0.9, 1.1), 2, 0, SegmentationLoss.published().reduction());
    private static final String SETTINGS = "{\"bert\": {\"heads\": 2}, \"fusion_head\": 4, \"image_size\": 64}";

    @TempDir
    Path folder;

    static Stream<Backend> backends() {
        return GoldenRun.backends();
    }

    private static CrossVlt network(Golden g) {
        return (CrossVlt) GoldenNetworks.CROSSVLT.network().apply(g);
    }

    /** How alike pixels and sentence are at each scale, over a temperature that is not 1. */
    @ParameterizedTest
    @MethodSource("backends")
    void alignment(Backend backend) {
        Golden g = Golden.of(NAME);
        for (String run : List.of("eval", "train")) {
            CrossVlt network = network(g);
            LoadReport.load(g.under("param/"), network.targets(), network.sink(null));
            network.to(backend);
            Tape.Options options = Tape.Options.of(backend);
            Tape tape = Tape.inference(run.equals("train") ? options.withTraining(new RandomSource(1)) : options);
            Var image = tape.constant(g.tensor("in/image").permute(0, 2, 3, 1).contiguous());
            List<Var> out =
                    network.aligned(tape, image, GoldenNetwork.sentences(g).upload(tape, network));
            Map<String, Object> bounds = Json.asObject(
                    Json.asObject(
                                    Json.asObject(g.description().get("runs"), "runs")
                                            .get(run),
                                    run)
                            .get("tolerance"),
                    "tolerance");
            for (int i = 0; i < 4; i++) {
                Golden.assertClose(
                        run + " sim" + i + " on " + backend.name(),
                        g.tensor(run + "/out/sim" + i),
                        out.get(i + 1).value().permute(0, 3, 1, 2),
                        Json.asDouble(bounds.get("sim" + i), "sim" + i));
            }
        }
    }

    @Test
    void publishedFile() throws IOException {
        OpenedFile opened = OpenedFile.of("lineage_files", "crossvlt_bare.pth", folder, SETTINGS);
        assertEquals("crossvlt", opened.network().config().network());
        assertEquals(16, opened.sentenceLength()); // 21, but for its 16 positions
        GoldenNetworks.CROSSVLT.checkEvaluation(opened.network(), opened.backend());
    }

    /** The bare tensors of that file, changed. */
    private StateDict bare(UnaryOperator<String> rename) throws IOException {
        StateDict all = Checkpoint.open(Golden.copy("lineage_files", "crossvlt_bare.pth", folder))
                .tensors();
        StateDict out = new StateDict();
        for (String name : all.names()) {
            out.put(rename.apply(name), all.entry(name));
        }
        return out;
    }

    private OpenedFile open(StateDict tensors) throws IOException {
        Path file = folder.resolve("changed.pth");
        TorchWriter.write(file, "model", tensors);
        return OpenedFile.of(file, SETTINGS);
    }

    @Test
    void whatTheTrainingScriptSaves() throws IOException {
        StateDict tensors = bare(n -> "module." + n);
        tensors.put("module.temp", Tensor.of(new float[] {1, 1, 2, 1}, 4));
        tensors.put("module.lang_stage1.embeddings.position_ids", Tensor.zeros(DType.I64, Shape.of(1, 16)));
        OpenedFile opened = open(tensors);
        GoldenNetworks.CROSSVLT.checkEvaluation(opened.network(), opened.backend());
        Parameter temperature = opened.network().namedParameters().get("temp");
        assertEquals(2, temperature.value().get(2));
    }

    @Test
    void withoutTemperaturesTheyAreOne() throws IOException {
        Parameter temperature = open(bare(n -> n)).network().namedParameters().get("temp");
        assertTrue(temperature.isSet());
        assertEquals(1, temperature.value().get(3));
    }

    @Test
    void aPartOfItIsCalledIncomplete() throws IOException {
        StateDict text = bare(n -> n);
        StateDict part = new StateDict();
        text.names().stream().filter(n -> n.startsWith("lang_stage1.")).forEach(n -> part.put(n, text.entry(n)));
        WeightsException e = assertThrows(WeightsException.class, () -> open(part));
        assertTrue(
                e.getMessage()
                        .endsWith("'backbone.0.patch_embed.proj.weight' is missing, so this is no complete CrossVLT"
                                + " checkpoint"),
                e.getMessage());
    }

    /** In bf16 the losses are near those in f32, and gradients are f32. */
    @Test
    void lowPrecision() {
        Golden g = Golden.of(NAME);
        CrossVlt network = network(g);
        LoadReport.load(g.under("param/"), network.targets(), network.sink(null));
        Tape tape = Tape.recording(Tape.Options.of(new ScalarBackend()).withPrecision(Precision.BF16));
        Var image = tape.constant(g.tensor("in/image").permute(0, 2, 3, 1).contiguous());
        Tensor target = tape.indices(g.tensor("in/target").to(DType.I64), 2);
        Var loss = network.loss(
                tape, image, GoldenNetwork.sentences(g).upload(tape, network), target, GoldenNetworks.CROSSVLT.loss());
        assertEquals(DType.F32, loss.dtype());
        assertEquals(6.5208298650735665, loss.value().item(), 0.1);
        tape.backward(loss);
        Tensor gradient = network.namedParameters()
                .get("lang_stage2.crossattention.self.key.weight")
                .grad();
        assertEquals(DType.F32, gradient.dtype());
    }

    /** What the published program draws otherwise than the layers' own first values. */
    @Test
    void firstValues() {
        CrossVlt network = new CrossVlt(new CrossVltConfig(
                new SwinConfig(32, List.of(1, 1, 1, 1), List.of(1, 2, 4, 8), 4, 4, 4, 0),
                new BertConfig(40, 64, 1, 1, 64, 24, 2, 0, 1e-12),
                16,
                64));
        network.initialise(new RandomSource(5));
        Map<String, Parameter> all = network.namedParameters();
        assertDeviation(Math.sqrt(2.0 / 64), all.get("backbone.1.layers.attn1.v_q.0.weight"));
        assertDeviation(Math.sqrt(2.0 / (32 * 16)), all.get("backbone.0.patch_embed.proj.weight"));
        assertDeviation(0.02, all.get("backbone.1.layers.linear1.2.weight"));
        assertDeviation(0.02, all.get("lang_stage3.crossattention.self.key.weight"));
        assertDeviation(0, all.get("backbone.1.layers.attn1.v_q.0.bias"));
        assertDeviation(0, all.get("backbone.0.patch_embed.proj.bias"));
        assertDeviation(1, all.get("temp"));
    }

    /** The root of the mean square. */
    private static void assertDeviation(double want, Parameter p) {
        double sum = 0;
        for (double x : p.value().to(DType.F64).toDoubleArray()) {
            sum += x * x;
        }
        assertEquals(want, Math.sqrt(sum / p.value().elements()), 0.1 * want);
    }

    /** The published program loads strictly and has no temperatures. */
    @Test
    void exportsWithoutTemperatures() throws IOException {
        StateDict tensors = bare(n -> n);
        tensors.put("temp", Tensor.of(new float[] {1, 1, 1, 1}, 4));
        Path file = folder.resolve("with.safetensors");
        Safetensors.write(file, tensors, Map.of());
        StateDict out = PublishedCheckpoint.tensors(Checkpoint.open(file));
        assertFalse(out.contains("temp"));
        assertEquals(tensors.names().size() - 1, out.names().size());
    }

    @Test
    void groupsThatLearnMoreOrLess() {
        CrossVlt network = new CrossVlt(CrossVltConfig.published());
        assertEquals(5, network.groups(0.01, 6, true).getLast().parameters().size());
        assertEquals(34, network.groups(0.01, 2, false).get(3).parameters().size());
    }

    /** Where Swin's and BERT's published weights go. */
    @Test
    void pretrainedNames() {
        CrossVlt network = new CrossVlt(CrossVltConfig.published());
        assertEquals(
                "layers.2.blocks.17.attn.qkv.bias",
                network.swinName("backbone.2.layers.blocks.17.attn.qkv.bias").orElseThrow());
        assertEquals(
                "layers.0.downsample.norm.weight",
                network.swinName("backbone.0.layers.downsample.norm.weight").orElseThrow());
        assertEquals(
                "patch_embed.proj.bias",
                network.swinName("backbone.0.patch_embed.proj.bias").orElseThrow());
        assertTrue(network.swinName("backbone.0.layers.proj.bias").isEmpty());
        assertEquals(
                "encoder.layer.5.output.dense.bias",
                network.bertName("lang_stage1.encoder.layer.5.output.dense.bias")
                        .orElseThrow());
        assertTrue(network.bertName("lang_stage1.encoder.proj.bias").isEmpty());
        assertTrue(network.bertName("lang_stage2.layer.0.output.dense.bias").isEmpty());
    }
}
