package dev.swath.autograd.ops;

import dev.swath.autograd.OpDetails;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.ReduceKernel;
import dev.swath.kernels.ReduceKernel.Function;
import dev.swath.kernels.Slice;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.Locale;

/**
 * {@code sum}, {@code mean}, {@code max} over one axis. The gradient of a maximum goes to the first greatest element.
 */
public final class Reduce {
    private Reduce() {}

    /** Sum over one axis, which stays with extent 1 if {@code keepAxis}. */
    public static Var sum(Tape tape, Var x, int axis, boolean keepAxis) {
        return apply(tape, x, axis, keepAxis, Function.SUM);
    }

    /** Mean over one axis, which stays with extent 1 if {@code keepAxis}. */
    public static Var mean(Tape tape, Var x, int axis, boolean keepAxis) {
        return apply(tape, x, axis, keepAxis, Function.MEAN);
    }

    /** Maximum over one axis, which stays with extent 1 if {@code keepAxis}. */
    public static Var max(Tape tape, Var x, int axis, boolean keepAxis) {
        return apply(tape, x, axis, keepAxis, Function.MAX);
    }

    private static Var apply(Tape tape, Var x, int signedAxis, boolean keepAxis, Function f) {
        String op = f.name().toLowerCase(Locale.ROOT);
        int axis = x.shape().axis(signedAxis);
        int n = x.dim(axis);
        Ops.require(tape, n > 0 || f == Function.SUM, op, "the axis must not be empty", x);
        int outer = x.shape().product(0, axis);
        int inner = x.shape().product(axis + 1, x.shape().rank());
        ReduceKernel kernel = Operands.of(tape, op, "x", x).kernel(ReduceKernel.class);
        Tensor in = Ops.dense(tape, x);
        Tensor y = tape.allocate(x.dtype(), x.shape().with(axis, 1));
        kernel.forward(Slice.of(y), Slice.of(in), f, outer, n, inner, tape.execution());
        Tensor result = keepAxis ? y : y.reshape(without(x.shape(), axis));
        tape.describe(() -> OpDetails.of("x", x).setting("axis", axis).setting("keepAxis", keepAxis));
        return tape.record(
                op,
                result,
                in.elements(),
                (dy, g) -> kernel.backward(
                        Slice.of(g.overwrite(0)),
                        Slice.of(dy),
                        Slice.of(in),
                        Slice.of(y),
                        f,
                        outer,
                        n,
                        inner,
                        tape.execution()),
                x);
    }

    private static Shape without(Shape shape, int axis) {
        int[] dims = new int[shape.rank() - 1];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = shape.dim(i < axis ? i : i + 1);
        }
        return Shape.of(dims);
    }
}
