package dev.swath.autograd.ops;

import dev.swath.autograd.OpDetails;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.tensor.Tensor;
import java.util.List;

/** {@code concat}: tensors one after another along an axis. */
public final class Concat {
    private static final String OP = "concat";

    private Concat() {}

    /** All extents but that of the axis must agree. */
    public static Var apply(Tape tape, int signedAxis, Var... inputs) {
        Var first = inputs[0];
        int axis = first.shape().axis(signedAxis);
        int total = 0;
        for (Var v : inputs) {
            if (v.shape().rank() != first.shape().rank()
                    || !v.shape().with(axis, first.dim(axis)).equals(first.shape())) {
                throw tape.error(
                        OP,
                        "all extents but that of axis " + axis + " must agree",
                        v.shape() + " beside " + first.shape());
            }
            total += v.dim(axis);
        }
        Operands.of(tape, OP, "each input", List.of(inputs));
        Tensor y = tape.allocate(first.dtype(), first.shape().with(axis, total));
        int at = 0;
        for (Var v : inputs) {
            Ops.copy(tape, y.slice(axis, at, at + v.dim(axis)), v.value());
            at += v.dim(axis);
        }
        tape.describe(() -> OpDetails.of("x", List.of(inputs)).setting("axis", axis));
        return tape.record(
                OP,
                y,
                0,
                (dy, g) -> {
                    int from = 0;
                    for (int i = 0; i < inputs.length; i++) {
                        int to = from + inputs[i].dim(axis);
                        if (g.wants(i)) {
                            Ops.copy(tape, g.overwrite(i), dy.slice(axis, from, to));
                        }
                        from = to;
                    }
                },
                inputs);
    }
}
