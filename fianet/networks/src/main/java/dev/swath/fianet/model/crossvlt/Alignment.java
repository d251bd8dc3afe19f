package dev.swath.fianet.model.crossvlt;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Concat;
import dev.swath.autograd.ops.MatMul;
import dev.swath.autograd.ops.Reduce;
import dev.swath.autograd.ops.Reshape;
import dev.swath.autograd.ops.Resize;
import dev.swath.autograd.ops.SegmentationLoss;
import dev.swath.autograd.ops.Unary;
import dev.swath.kernels.Activation;
import dev.swath.tensor.Tensor;

/** How alike pixels and sentence are in one width, and the loss that makes the object's pixels more so. */
final class Alignment {
    /** The square of the smallest length that is divided by. */
    private static final double SMALLEST = 1e-24;

    private static final double[] EQUAL = {1, 1};

    private Alignment() {}

    /** The cosine of the angle between each pixel of (B, H, W, A) and its sentence (B, A): (B, H, W, 1). */
    static Var similarity(Tape tape, Var pixels, Var sentence) {
        return tape.scope("", () -> {
            int[] grid = pixels.shape().dims();
            Var cells = VisionStage.cells(tape, pixels);
            Var one = Reshape.apply(tape, sentence, grid[0], grid[3], 1);
            Var products = MatMul.apply(tape, cells, one);
            Var lengths = Binary.mul(tape, length(tape, cells, 2), length(tape, one, 1));
            return Reshape.apply(tape, Binary.div(tape, products, lengths), grid[0], grid[1], grid[2], 1);
        });
    }

    /** max(|x|, 1e-12) along the axis, which stays with extent 1; without a gradient where the 1e-12 is. */
    private static Var length(Tape tape, Var x, int axis) {
        Var smallest = tape.number(x.dtype(), SMALLEST);
        Var square = Reduce.sum(tape, Binary.mul(tape, x, x), axis, true);
        Var above = Unary.relu(tape, Binary.sub(tape, square, smallest));
        return Unary.apply(tape, Binary.add(tape, above, smallest), Activation.SQRT);
    }

    /**
     * The mean of log(1 + exp s) - s t over the pixels: binary cross entropy of the map brought to the size of the target. It is
     * the cross entropy of the two logits -s/2 and s/2.
     *
     * @param similarity s, (B, h, w, 1)
     * @param target t, (B, H, W), i64, 0 or 1
     * @return a scalar
     */
    static Var loss(Tape tape, Var similarity, Tensor target) {
        return tape.scope("", () -> {
            Var s = Resize.bilinear(tape, similarity, target.dim(1), target.dim(2), true);
            Var half = Binary.mul(tape, s, tape.number(s.dtype(), 0.5));
            Var other = Binary.mul(tape, s, tape.number(s.dtype(), -0.5));
            return SegmentationLoss.apply(tape, Concat.apply(tape, 3, other, half), target, EQUAL, 1, 0);
        });
    }
}
