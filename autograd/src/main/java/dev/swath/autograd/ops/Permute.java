package dev.swath.autograd.ops;

import dev.swath.autograd.OpDetails;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import java.util.stream.IntStream;

/** {@code permute}: a view with reordered axes. */
public final class Permute {
    private Permute() {}

    /** Axis i of the result is axis {@code order[i]} of x. */
    public static Var apply(Tape tape, Var x, int... order) {
        int[] inverse = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            inverse[x.shape().axis(order[i])] = i;
        }
        Operands.requireHere(tape, "permute", "x", x.value());
        tape.describe(() -> OpDetails.of("x", x)
                .setting("order", IntStream.of(order).boxed().toList()));
        return tape.record("permute", x.value().permute(order), 0, (dy, g) -> g.add(0, dy.permute(inverse)), x);
    }
}
