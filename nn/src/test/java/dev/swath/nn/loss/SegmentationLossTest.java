package dev.swath.nn.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.swath.autograd.OpException;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Permute;
import dev.swath.kernels.Backend;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import dev.swath.testkit.GoldenRun;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SegmentationLossTest {
    private static final List<Double> WEIGHTS = List.of(0.9, 1.1);

    static Stream<Arguments> cases() {
        return Stream.of("loss_mixed", "loss_all_object", "loss_all_background")
                .flatMap(n -> GoldenRun.backends().map(b -> Arguments.of(n, b)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void golden(String name, Backend backend) {
        GoldenRun run = new GoldenRun(Golden.of(name), backend);
        Tape t = run.tape();
        Var logits = Permute.apply(t, run.input("logits"), 0, 2, 3, 1);
        Tensor target = t.indices(run.rawInput("target"), WEIGHTS.size());
        run.output("ce", new SegmentationLoss(WEIGHTS, 1, 0, DiceReduction.SUM).forward(t, logits, target));
        run.output("dice", new SegmentationLoss(WEIGHTS, 0, 1, DiceReduction.SUM).forward(t, logits, target));
        run.output("total", SegmentationLoss.published().forward(t, logits, target));
        run.backward();
    }

    private static Tape tape() {
        return Tape.recording(Tape.Options.of(GoldenRun.backends().findFirst().orElseThrow()));
    }

    private static Tensor twice(Tensor x) {
        int[] dims = x.shape().dims();
        dims[0] *= 2;
        Tensor y = Tensor.zeros(x.dtype(), Shape.of(dims));
        y.slice(0, 0, x.dim(0)).copyFrom(x);
        y.slice(0, x.dim(0), dims[0]).copyFrom(x);
        return y;
    }

    @Test
    void theMeanFormDoesNotGrowWithTheBatch() {
        Golden golden = Golden.of("loss_mixed");
        Tensor logits = golden.tensor("in/logits").permute(0, 2, 3, 1).contiguous();
        Tensor target = golden.tensor("in/target");
        SegmentationLoss mean = new SegmentationLoss(WEIGHTS, 0.9, 0.1, DiceReduction.MEAN);
        double one = mean.forward(tape(), Var.constant(logits), target).value().item();
        double two = mean.forward(tape(), Var.constant(twice(logits)), twice(target))
                .value()
                .item();
        assertEquals(one, two, 1e-6);
        double ce = golden.tensor("out/ce").item();
        double dice = golden.tensor("out/dice").item();
        assertEquals(0.9 * ce + 0.1 * dice / 6, one, 1e-6);
    }

    @Test
    void analyticMatchesNumericGradientWithThreeClasses() {
        double[] x = new double[2 * 5 * 3];
        for (int i = 0; i < x.length; i++) {
            x[i] = Math.sin(1.7 * i);
        }
        Tensor target = Tensor.of(new long[] {0, 2, 1, 1, 0, 2, 2, 2, 0, 0}, 2, 5);
        SegmentationLoss loss = new SegmentationLoss(List.of(0.5, 1.0, 2.0), 0.7, 0.3, DiceReduction.MEAN);
        Tape tape = tape();
        Var logits = Var.leaf(Tensor.of(x.clone(), 2, 5, 3));
        tape.backward(loss.forward(tape, logits, target));
        double[] got = logits.grad().toDoubleArray();
        double h = 1e-6;
        for (int i = 0; i < x.length; i++) {
            double[] up = x.clone();
            double[] down = x.clone();
            up[i] += h;
            down[i] -= h;
            double slope = (value(loss, up, target) - value(loss, down, target)) / (2 * h);
            assertEquals(slope, got[i], 1e-8, "logit " + i);
        }
    }

    private static double value(SegmentationLoss loss, double[] logits, Tensor target) {
        return loss.forward(tape(), Var.constant(Tensor.of(logits, 2, 5, 3)), target)
                .value()
                .item();
    }

    @Test
    void errorsNameTheRule() {
        Var logits = Var.constant(Tensor.zeros(1, 2, 2));
        SegmentationLoss loss = SegmentationLoss.published();
        assertEquals(
                "[segmentation_loss] every target must lie in [0, 2); got 2 at position 1",
                assertThrows(OpException.class, () -> loss.forward(tape(), logits, Tensor.of(new long[] {0, 2}, 1, 2)))
                        .getMessage());
        assertEquals(
                "[segmentation_loss] the target must have the shape of the logits without classes [1, 2]; got i64[1, 3] on"
                        + " cpu",
                assertThrows(
                                OpException.class,
                                () -> loss.forward(tape(), logits, Tensor.zeros(DType.I64, Shape.of(1, 3))))
                        .getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> new SegmentationLoss(List.of(1.0, -1.0), 1, 1, DiceReduction.SUM));
    }
}
