package dev.swath.autograd.ops;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Activation;
import dev.swath.kernels.Slice;
import dev.swath.kernels.UnaryKernel;
import dev.swath.tensor.Tensor;
import java.util.Locale;

/** {@code unary}: pointwise functions; see {@link Activation} for each formula and its gradient at the kinks. */
public final class Unary {
    private Unary() {}

    /** f of each element. */
    public static Var apply(Tape tape, Var x, Activation f) {
        String op = f.name().toLowerCase(Locale.ROOT);
        UnaryKernel kernel = Operands.of(tape, op, "x", x).kernel(UnaryKernel.class);
        Tensor in = Ops.dense(tape, x);
        Tensor y = tape.allocate(x.dtype(), x.shape());
        int n = Math.toIntExact(in.elements());
        kernel.forward(Slice.of(y), Slice.of(in), f, n, tape.execution());
        return tape.record(
                op,
                y,
                n,
                (dy, g) ->
                        kernel.backward(Slice.of(g.overwrite(0)), Slice.of(dy), Slice.of(in), f, n, tape.execution()),
                x);
    }

    /** x/2 (1 + erf(x / sqrt 2)). */
    public static Var gelu(Tape tape, Var x) {
        return apply(tape, x, Activation.GELU);
    }

    /** max(x, 0). */
    public static Var relu(Tape tape, Var x) {
        return apply(tape, x, Activation.RELU);
    }

    /** tanh x. */
    public static Var tanh(Tape tape, Var x) {
        return apply(tape, x, Activation.TANH);
    }

    /** 1 / (1 + exp(-x)). */
    public static Var sigmoid(Tape tape, Var x) {
        return apply(tape, x, Activation.SIGMOID);
    }
}
