package dev.swath.autograd.ops;

import dev.swath.autograd.OpDetails;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.tensor.Tensor;

/** {@code roll}: cyclic shift of a channels-last map; the gradient is rolled back. */
public final class Roll {
    private static final String OP = "roll";

    private Roll() {}

    /** Cell (r, c) moves to ((r + rows) mod H, (c + columns) mod W). */
    public static Var apply(Tape tape, Var x, int rows, int columns) {
        Ops.requireRank(tape, OP, "x", x, 4);
        Ops.require(tape, x.value().elements() > 0, OP, "the map must not be empty", x);
        Operands.of(tape, OP, "x", x);
        Tensor y = roll(tape, x.value(), rows, columns);
        tape.describe(() -> OpDetails.of("x", x).setting("rows", rows).setting("columns", columns));
        return tape.record(OP, y, 0, (dy, g) -> g.hand(0, roll(tape, dy, -rows, -columns)), x);
    }

    private static Tensor roll(Tape tape, Tensor x, int rows, int columns) {
        int height = x.dim(1);
        int width = x.dim(2);
        int r = Math.floorMod(rows, height);
        int c = Math.floorMod(columns, width);
        Tensor y = tape.allocate(x.dtype(), x.shape());
        // Four rectangles: what stays together in both directions.
        block(tape, y, x, 0, height - r, r, 0, width - c, c);
        block(tape, y, x, 0, height - r, r, width - c, width, c - width);
        block(tape, y, x, height - r, height, r - height, 0, width - c, c);
        block(tape, y, x, height - r, height, r - height, width - c, width, c - width);
        return y;
    }

    private static void block(
            Tape tape, Tensor y, Tensor x, int top, int bottom, int down, int left, int right, int across) {
        if (top < bottom && left < right) {
            Ops.copy(
                    tape,
                    y.slice(1, top + down, bottom + down).slice(2, left + across, right + across),
                    x.slice(1, top, bottom).slice(2, left, right));
        }
    }
}
