package dev.swath.autograd.ops;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Activation;
import dev.swath.tensor.Tensor;

/** What several {@code composed} forms are made of. */
final class Compositions {
    private Compositions() {}

    /** x - mean over the axis. */
    static Var centred(Tape tape, Var x, int axis) {
        return Binary.sub(tape, x, Reduce.mean(tape, x, axis, true));
    }

    /** The mean of the squares of what {@link #centred} gave: the biased variance. */
    static Var variance(Tape tape, Var centred, int axis) {
        return Reduce.mean(tape, Binary.mul(tape, centred, centred), axis, true);
    }

    /** x / sqrt(variance + eps). */
    static Var scaled(Tape tape, Var x, Var variance, double eps) {
        Var deviation = Unary.apply(tape, Binary.add(tape, variance, tape.number(x.dtype(), eps)), Activation.SQRT);
        return Binary.div(tape, x, deviation);
    }

    /**
     * rows x columns^T for each map and channel: what any separable linear change of size is.
     *
     * @param x (B, H, W, C)
     * @param rows (outH, H)
     * @param columns (outW, W)
     * @return (B, outH, outW, C)
     */
    static Var separable(Tape tape, Var x, Tensor rows, Tensor columns) {
        int batch = x.dim(0);
        int height = rows.dim(0);
        int width = columns.dim(0);
        int channels = x.dim(3);
        Var lines = Reshape.apply(tape, x, batch, x.dim(1), x.dim(2) * channels);
        Var tall = MatMul.apply(tape, tape.constant(rows.to(x.dtype())), lines);
        Var cells = Reshape.apply(tape, tall, batch * height, x.dim(2), channels);
        Var wide = MatMul.apply(tape, tape.constant(columns.to(x.dtype())), cells);
        return Reshape.apply(tape, wide, batch, height, width, channels);
    }
}
