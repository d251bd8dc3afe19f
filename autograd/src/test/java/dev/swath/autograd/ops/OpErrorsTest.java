package dev.swath.autograd.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.swath.autograd.OpException;
import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Activation;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What an op says when a rule is broken. */
class OpErrorsTest {
    private static Var zeros(int... dims) {
        return Var.constant(Tensor.zeros(dims));
    }

    private static void refused(String message, Consumer<Tape> call) {
        Tape tape = Tape.recording(Tape.Options.of(new ScalarBackend()));
        assertEquals(
                message,
                assertThrows(OpException.class, () -> call.accept(tape)).getMessage());
    }

    @Test
    void namesTheModuleThatCalled() {
        Tape tape = Tape.recording(Tape.Options.of(new ScalarBackend()));
        OpException e = assertThrows(
                OpException.class,
                () -> tape.scope(
                        "bert.encoder.layer.3",
                        () -> tape.scope(
                                "output.LayerNorm",
                                () -> LayerNorm.apply(tape, zeros(8, 64, 768), zeros(1024), zeros(768), 1e-12))));
        assertEquals(
                "[layer_norm] weight must have shape [768] (last axis of x) but has [1024]; got x is f32[8, 64, 768] on"
                        + " cpu; at bert.encoder.layer.3.output.LayerNorm",
                e.getMessage());
        assertEquals("bert.encoder.layer.3.output.LayerNorm", e.path());
        assertEquals("", tape.path());
    }

    @Test
    void shapes() {
        refused(
                "[linear] the last axis of x must have 5 elements, as weight [3, 5] has columns; got f32[2, 4] on cpu",
                t -> Linear.apply(t, zeros(2, 4), zeros(3, 5), null));
        refused(
                "[linear] residual must have shape [2, 3] (that of the result) but has [2, 5]; got x is f32[2, 5] on cpu",
                t -> Linear.apply(t, zeros(2, 5), zeros(3, 5), null, Activation.IDENTITY, zeros(2, 5)));
        refused(
                "[matmul] columns of a must equal rows of b; got f32[2, 3] on cpu and f32[4, 5] on cpu",
                t -> MatMul.apply(t, zeros(2, 3), zeros(4, 5)));
        refused(
                "[matmul] both must have at least 2 axes; got f32[3] on cpu",
                t -> MatMul.apply(t, zeros(2, 3), zeros(3)));
        refused(
                "[conv2d] the kernel must fit into the padded map; got f32[1, 2, 2, 1] on cpu",
                t -> Conv2d.apply(t, List.of(zeros(1, 2, 2, 1)), zeros(1, 1, 5, 5), null, Activation.IDENTITY, 1, 1));
        refused(
                "[conv2d] weight must have shape [4, 3, 3, 3] (output channels, input channels, square kernel) but has"
                        + " [4, 2, 3, 3]; got x is f32[1, 5, 5, 3] on cpu",
                t -> Conv2d.apply(t, List.of(zeros(1, 5, 5, 3)), zeros(4, 2, 3, 3), null, Activation.IDENTITY, 1, 1));
        refused(
                "[concat] all extents but that of axis 1 must agree; got [3, 4] beside [2, 4]",
                t -> Concat.apply(t, 1, zeros(2, 4), zeros(3, 4)));
        refused("[pad] x must have 4 axes; got f32[2, 3] on cpu", t -> Pad.apply(t, zeros(2, 3), 1, 1));
    }

    @Test
    void numbers() {
        refused(
                "[attention] channels must be a multiple of the 3 heads; got f32[1, 2, 4] on cpu",
                t -> Attention.apply(t, zeros(1, 2, 4), zeros(1, 2, 4), zeros(1, 2, 4), zeros(1, 2), 3, 1, 0));
        refused(
                "[window_attention] the shift 4 must lie in [0, window 4); got f32[1, 4, 4, 6] on cpu",
                t -> WindowAttention.apply(t, zeros(1, 4, 4, 6), zeros(6), zeros(49, 1), 1, 4, 4));
        refused(
                "[instance_norm] there must be more than one cell, or all values become zero; got f32[2, 1, 3] on cpu",
                t -> InstanceNorm.apply(t, zeros(2, 1, 3), 1e-5));
        refused(
                "[embedding] every id must lie in [0, 3); got 3 at position 1",
                t -> Embedding.apply(t, zeros(3, 2), Tensor.of(new long[] {0, 3}, 2), -1));
        refused(
                "[resize] input and output must not be empty; got f32[1, 2, 2, 1] on cpu",
                t -> Resize.bilinear(t, zeros(1, 2, 2, 1), 0, 2, false));
        refused("[max] the axis must not be empty; got f32[2, 0] on cpu", t -> Reduce.max(t, zeros(2, 0), 1, false));
        Tape training = Tape.recording(Tape.Options.of(new ScalarBackend()).withTraining(new RandomSource(1)));
        assertEquals(
                "[dropout] the rate must lie in [0, 1); got 1.0",
                assertThrows(OpException.class, () -> Dropout.apply(training, zeros(3), 1))
                        .getMessage());
        assertEquals(
                "[batch_norm] in training there must be more than one value a channel; got f32[1, 3] on cpu",
                assertThrows(OpException.class, () -> batchNorm(training, zeros(1, 3), Activation.IDENTITY))
                        .getMessage());
        refused(
                "[batch_norm] the function behind it must be relu or none; got f32[2, 3] on cpu",
                t -> batchNorm(t, zeros(2, 3), Activation.TANH));
    }

    private static Var batchNorm(Tape tape, Var x, Activation f) {
        return BatchNorm.apply(tape, x, zeros(3), zeros(3), Tensor.zeros(3), Tensor.zeros(3), null, 0.1, 1e-5, f);
    }

    @Test
    void elementTypes() {
        Var doubles = Var.constant(Tensor.zeros(DType.F64, Shape.of(2)));
        refused(
                "[add] b must have the element type of a, f32; got f64[2] on cpu",
                t -> Binary.add(t, zeros(2), doubles));
        refused(
                "[layer_norm] bias must have the element type of weight, f32; got f64[2] on cpu",
                t -> LayerNorm.apply(t, zeros(3, 2), zeros(2), doubles, 1e-5));
        refused(
                "[embedding] ids must hold integers; got f32[2] on cpu",
                t -> Embedding.apply(t, zeros(3, 2), Tensor.zeros(2), -1));
        refused(
                "[relu] x must hold floating-point numbers; got i64[2] on cpu",
                t -> Unary.relu(t, Var.constant(Tensor.of(new long[2], 2))));
        refused(
                "[leaf] only floating-point tensors have gradients; got i64[1] on cpu",
                t -> Var.leaf(Tensor.of(new long[1], 1)));
    }

    @Test
    void aMaskThatWantsAGradientIsRefused() {
        Var mask = Var.leaf(Tensor.zeros(1, 2));
        refused(
                "[attention] the mask has no gradient and must be a constant; got f32[1, 2] on cpu",
                t -> Attention.apply(t, zeros(1, 2, 4), zeros(1, 2, 4), zeros(1, 2, 4), mask, 1, 1, 0));
    }

    /** Rows of a view whose outer axes do not follow at one stride must be copied, not misread. */
    @Test
    void rowsOfARepeatedViewAreCopied() {
        Tensor row = Tensor.of(new float[] {1, 2, 3}, 1, 1, 1, 3);
        Var repeated = Var.constant(row.expand(Shape.of(2, 2, 1, 3)).slice(1, 0, 1));
        Tape tape = Tape.inference(Tape.Options.of(new ScalarBackend()));
        Var one = Var.constant(Tensor.of(new float[] {1, 10, 100}, 1, 3));
        Var y = Linear.apply(tape, repeated, one, null);
        assertEquals(Shape.of(2, 1, 1, 1), y.shape());
        assertEquals(321, y.value().get(1, 0, 0, 0));
    }
}
