package dev.swath.fianet.model.rmsin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.fianet.OpenedFile;
import dev.swath.fianet.model.GoldenNetwork;
import dev.swath.fianet.model.GoldenNetworks;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.fianet.model.SentenceInput;
import dev.swath.fianet.model.parts.CrossScaleConfig;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.kernels.Precision;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.nn.ModuleException;
import dev.swath.nn.Parameter;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import dev.swath.weights.LoadReport;
import dev.swath.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RmsinTest {
    @TempDir
    Path folder;

    @Test
    void aTrainingFileOpens() throws IOException {
        OpenedFile opened = OpenedFile.of(
                "lineage_files", "rmsin_training.pth", folder, "{\"bert\": {\"heads\": 2}, \"cim\": {\"heads\": 2}}");
        assertEquals("rmsin", opened.network().config().network());
        assertEquals(64, opened.imageSize());
        assertEquals(16, opened.sentenceLength());
        GoldenNetworks.RMSIN.checkEvaluation(opened.network(), opened.backend());
    }

    @Test
    void whatATrainingFileDoesNotTellIsAskedFor() throws IOException {
        String message = assertThrows(
                        WeightsException.class,
                        () -> OpenedFile.of("lineage_files", "rmsin_training.pth", folder, "{}"))
                .getMessage();
        assertTrue(message.contains("does not say bert.heads and cim.heads of the network"), message);
    }

    /** One matrix mixes the cells of the last grid, so that images of other sizes cannot be. */
    @Test
    void otherImageSizesAreRefusedWithThoseThatFit() {
        String wanted = "{\"bert\": {\"heads\": 2}, \"cim\": {\"heads\": 2}, \"image_size\": 96}";
        String message = assertThrows(
                        WeightsException.class,
                        () -> OpenedFile.of("lineage_files", "rmsin_training.pth", folder, wanted))
                .getMessage();
        assertTrue(
                message.contains(
                        "image_size must lie in [33, 64], for its cross-scale attention is made for a last grid of"
                                + " 2 x 2 cells; got 96"),
                message);
        Rmsin network =
                new RmsinConfig(RmsinConfig.RMSIN, TrunkConfig.warmUp(), new CrossScaleConfig(4, 1, 8), 0).create();
        network.initialise(new RandomSource(1));
        ScalarBackend backend = new ScalarBackend();
        Tape tape = Tape.inference(Tape.Options.of(backend));
        SentenceInput words = SentenceBatch.blank(1, 4).upload(tape, network);
        String inside = assertThrows(
                        ModuleException.class,
                        () -> network.forward(tape, tape.constant(Tensor.zeros(1, 96, 128, 3)), words))
                .getMessage();
        assertTrue(
                inside.contains(
                        "the last grid must be 4 x 4 cells, which is that of square images of 32 patches a side;"
                                + " got 3 x 4"),
                inside);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ship|ship in the image",
                " storage  tank.|storage tank in the image",
                "ground track field|ground track field in the image",
                "Expressway-Service-area|Expressway-Service-area in the image",
                "the ship|the ship",
                "ship on the left|ship on the left",
                "large red vehicle parked there|large red vehicle parked there",
                "a very long name of things|a very long name of things",
                "ship, plane|ship, plane"
            })
    void classNamesAreAskedAsRemoteSamWasTaught(String sentence, String asked) {
        assertEquals(asked, new RemoteSamProvider().prompt(sentence));
        assertEquals(sentence, new RmsinProvider().prompt(sentence));
    }

    /** In bf16 the loss is near that in f32, and the gradients of kernels that each image turns are f32. */
    @Test
    void lowPrecision() {
        Golden g = Golden.of("rmsin_net");
        ReferringNetwork network = GoldenNetworks.RMSIN.network().apply(g);
        LoadReport.load(g.under("param/"), network.targets(), network.sink(null));
        Tape tape = Tape.recording(Tape.Options.of(new ScalarBackend()).withPrecision(Precision.BF16));
        Var image = tape.constant(g.tensor("in/image").permute(0, 2, 3, 1).contiguous());
        Tensor target = tape.indices(g.tensor("in/target").to(DType.I64), 2);
        Var loss = network.loss(
                tape, image, GoldenNetwork.sentences(g).upload(tape, network), target, SegmentationLoss.published());
        assertEquals(0.8899866390380441, loss.value().item(), 0.02);
        tape.backward(loss);
        Tensor gradient =
                network.namedParameters().get("classifier.conv2_4.weight").grad();
        assertEquals(DType.F32, gradient.dtype());
    }

    /** What the published program draws otherwise than the layers' own first values. */
    @Test
    void firstValues() {
        Rmsin network =
                new RmsinConfig(RmsinConfig.RMSIN, TrunkConfig.warmUp(), new CrossScaleConfig(4, 1, 8), 0).create();
        network.initialise(new RandomSource(5));
        Map<String, Parameter> all = network.namedParameters();
        int channels = 64;
        assertDeviation(Math.sqrt(2.0 / (9 * channels)), all.get("classifier.conv2_3.weight"));
        assertDeviation(0.02, all.get("classifier.conv2_3.rounting_func.dwc.weight"));
        assertDeviation(0.02, all.get("backbone.cim.block.0.csa1.m.attention.qkv.c.weight"));
        assertDeviation(0, all.get("backbone.cim.block.0.csa1.m.attention.proj.bias"));
        // Uniform in +-1/sqrt of what one channel sees: two channels under nine taps.
        assertDeviation(1 / Math.sqrt(3 * 18), all.get("backbone.cim.block.0.ff.m.conv2.weight"));
    }

    /** The root of the mean square. */
    private static void assertDeviation(double want, Parameter p) {
        double sum = 0;
        for (double x : p.value().to(DType.F64).toDoubleArray()) {
            sum += x * x;
        }
        assertEquals(want, Math.sqrt(sum / p.value().elements()), 0.1 * want);
    }

    @Test
    void imageSizes() {
        assertEquals(480, RmsinConfig.rmsin().imageSize());
        assertEquals(896, RmsinConfig.remoteSam().imageSize());
    }
}
