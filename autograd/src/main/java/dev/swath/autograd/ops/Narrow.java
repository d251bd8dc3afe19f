package dev.swath.autograd.ops;

import dev.swath.autograd.OpDetails;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.CopyKernel;
import dev.swath.kernels.Slice;
import dev.swath.tensor.Tensor;

/** {@code narrow}: a view of a range of one axis. */
public final class Narrow {
    private Narrow() {}

    /** The indices {@code from} (inclusive) to {@code to} (exclusive) of the axis. */
    public static Var apply(Tape tape, Var x, int axis, int from, int to) {
        Operands.requireHere(tape, "narrow", "x", x.value());
        Tensor y = x.value().slice(axis, from, to);
        tape.describe(() ->
                OpDetails.of("x", x).setting("axis", axis).setting("from", from).setting("to", to));
        return tape.record(
                "narrow",
                y,
                0,
                (dy, g) -> {
                    Tensor target = g.accumulate(0).slice(axis, from, to);
                    tape.kernel(CopyKernel.class, dy.dtype())
                            .add(
                                    Slice.of(target),
                                    target.strides(),
                                    Slice.of(dy),
                                    dy.strides(),
                                    dy.shape().dims(),
                                    tape.execution());
                },
                x);
    }
}
