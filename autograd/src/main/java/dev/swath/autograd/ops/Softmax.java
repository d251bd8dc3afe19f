package dev.swath.autograd.ops;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Activation;
import dev.swath.kernels.Slice;
import dev.swath.kernels.SoftmaxKernel;
import dev.swath.tensor.Tensor;

/** {@code softmax} and {@code log_softmax} over the last axis, the row's maximum taken off first. */
public final class Softmax {
    private Softmax() {}

    /** exp(x) / sum(exp(x)). */
    public static Var apply(Tape tape, Var x) {
        return apply(tape, x, false);
    }

    /** x - log(sum(exp(x))). */
    public static Var log(Tape tape, Var x) {
        return apply(tape, x, true);
    }

    private static Var apply(Tape tape, Var x, boolean log) {
        String op = log ? "log_softmax" : "softmax";
        int columns = x.dim(-1);
        int rows = Ops.rows(x);
        SoftmaxKernel kernel = Operands.of(tape, op, "x", x).kernel(SoftmaxKernel.class);
        Tensor in = Ops.dense(tape, x);
        Tensor y = tape.allocate(x.dtype(), x.shape());
        kernel.forward(Slice.of(y), Slice.of(in), log, rows, columns, tape.execution());
        return tape.record(
                op,
                y,
                4L * rows * columns,
                (dy, g) -> kernel.backward(
                        Slice.of(g.overwrite(0)), Slice.of(dy), Slice.of(y), log, rows, columns, tape.execution()),
                x);
    }

    /** The same, or its logarithm, from primitive ops; the maximum is a constant, for it cancels. */
    public static Var composed(Tape tape, Var x, boolean log) {
        Var maximum = Reduce.max(tape, Var.constant(x.value()), -1, true);
        Var shifted = Binary.sub(tape, x, maximum);
        Var exponentials = Unary.apply(tape, shifted, Activation.EXP);
        Var sum = Reduce.sum(tape, exponentials, -1, true);
        return log
                ? Binary.sub(tape, shifted, Unary.apply(tape, sum, Activation.LOG))
                : Binary.div(tape, exponentials, sum);
    }
}
