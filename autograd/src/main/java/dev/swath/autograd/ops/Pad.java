package dev.swath.autograd.ops;

import dev.swath.autograd.OpDetails;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.tensor.Tensor;

/** {@code pad}: zeros below and to the right of a channels-last map. */
public final class Pad {
    private static final String OP = "pad";

    private Pad() {}

    /** (B, H, W, C) to (B, H + bottom, W + right, C); x itself if nothing is added. */
    public static Var apply(Tape tape, Var x, int bottom, int right) {
        Ops.requireRank(tape, OP, "x", x, 4);
        Ops.require(tape, bottom >= 0 && right >= 0, OP, "the padding must not be negative", x);
        if (bottom == 0 && right == 0) {
            return x;
        }
        Operands.of(tape, OP, "x", x);
        Tensor y = tape.allocate(x.dtype(), x.dim(0), x.dim(1) + bottom, x.dim(2) + right, x.dim(3));
        tape.fill(y, 0);
        Ops.copy(tape, y.slice(1, 0, x.dim(1)).slice(2, 0, x.dim(2)), x.value());
        tape.describe(() -> OpDetails.of("x", x).setting("bottom", bottom).setting("right", right));
        return tape.record(
                OP, y, 0, (dy, g) -> g.add(0, dy.slice(1, 0, x.dim(1)).slice(2, 0, x.dim(2))), x);
    }
}
