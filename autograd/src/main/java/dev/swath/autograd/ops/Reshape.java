package dev.swath.autograd.ops;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.tensor.Tensor;

/** {@code reshape}: other extents for the same elements in row-major order; a view where the layout allows it. */
public final class Reshape {
    private Reshape() {}

    /** At most one extent may be -1 (deduced). */
    public static Var apply(Tape tape, Var x, int... dims) {
        Operands.requireHere(tape, "reshape", "x", x.value());
        Tensor y = Ops.dense(tape, x).reshape(dims);
        return tape.record("reshape", y, 0, (dy, g) -> g.add(0, dy.reshape(x.shape())), x);
    }
}
