package dev.swath.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Dropout;
import dev.swath.autograd.ops.Unary;
import dev.swath.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class GradientCheckTest {
    private static final Tensor X = Tensor.of(new float[] {0.5f, -1, 2, 3, -4, 5}, 2, 3);

    /** x^2 whose gradient at one element is too small by one part in ten thousand. */
    private static Var wrongSquare(Tape tape, Var x) {
        Tensor y = Tensor.of(new double[6], 2, 3);
        for (int i = 0; i < 6; i++) {
            double v = x.value().get(i / 3, i % 3);
            y.set(v * v, i / 3, i % 3);
        }
        return tape.record(
                "wrong_square",
                y,
                6,
                (dy, g) -> {
                    Tensor dx = g.overwrite(0);
                    for (int i = 0; i < 6; i++) {
                        double slip = i == 4 ? 1 - 1e-4 : 1;
                        dx.set(2 * slip * x.value().get(i / 3, i % 3) * dy.get(i / 3, i % 3), i / 3, i % 3);
                    }
                },
                x);
    }

    /** The example of the README, run. */
    @Test
    void readme() {
        GradientCheck.Report report = GradientCheck.standard()
                .run(
                        (tape, in) -> Binary.mul(tape, Unary.tanh(tape, in.get(0)), in.get(1)),
                        Tensor.of(new float[] {0.5f, -1, 2}, 3),
                        Tensor.of(new float[] {1, 2, 3}, 3));
        report.require();
        assertEquals(6, report.checked());
        assertTrue(report.worst() < 1e-9, report.toString());
    }

    @Test
    void namesTheElementThatIsWrong() {
        GradientCheck.Report report = GradientCheck.standard().run((t, in) -> wrongSquare(t, in.get(0)), X);
        assertFalse(report.passed());
        assertEquals(1, report.mismatches().size());
        GradientCheck.Mismatch wrong = report.mismatches().getFirst();
        assertEquals(0, wrong.input());
        assertEquals(List.of(1, 1), wrong.index());
        assertEquals(1e-4, 1 - wrong.analytic() / wrong.numeric(), 1e-8);
        OpException e = assertThrows(OpException.class, report::require);
        assertTrue(
                e.getMessage()
                        .startsWith(
                                "[gradient_check] analytic and numeric gradients must agree; got 1 of 6 elements disagree"),
                e.getMessage());
        assertTrue(e.getMessage().contains("input 0 at [1, 1]: analytic "), e.getMessage());
    }

    @Test
    void noticesAGradientThatIsMissing() {
        GradientCheck.Report report = GradientCheck.standard()
                .run((t, in) -> Binary.mul(t, in.get(0), Var.constant(in.get(0).value())), X);
        assertEquals(6, report.mismatches().size());
    }

    @Test
    void countsNaNAsWrong() {
        GradientCheck.Report report =
                GradientCheck.standard().run((t, in) -> Unary.apply(t, in.get(0), dev.swath.kernels.Activation.LOG), X);
        assertEquals(6, report.mismatches().size(), report.toString());
        assertEquals(Double.POSITIVE_INFINITY, report.worst());
    }

    @Test
    void drawsElementsOfLargeInputs() {
        Tensor large = Tensor.zeros(100, 37);
        GradientCheck.Report report = GradientCheck.standard()
                .withSamples(11)
                .run((t, in) -> Unary.tanh(t, Binary.add(t, in.get(0), in.get(1))), large, Tensor.zeros(1));
        assertEquals(12, report.checked());
        report.require();
    }

    @Test
    void drawsTheSameMasksEachTime() {
        GradientCheck.standard()
                .withTraining()
                .run((t, in) -> Dropout.apply(t, in.get(0), 0.5), X)
                .require();
    }

    @Test
    void leavesItsInputsAlone() {
        float[] before = X.toFloatArray();
        GradientCheck.standard().run((t, in) -> Unary.gelu(t, in.get(0)), X);
        org.junit.jupiter.api.Assertions.assertArrayEquals(before, X.toFloatArray());
    }

    @Test
    void refusesSenselessNumbers() {
        assertThrows(IllegalArgumentException.class, () -> new GradientCheck(0, 1e-6, 1, false, 1));
        assertThrows(IllegalArgumentException.class, () -> new GradientCheck(1e-5, Double.NaN, 1, false, 1));
        assertThrows(
                IllegalArgumentException.class, () -> GradientCheck.standard().withSamples(0));
    }
}
