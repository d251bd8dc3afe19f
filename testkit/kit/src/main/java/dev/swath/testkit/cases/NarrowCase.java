package dev.swath.testkit.cases;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.MatMul;
import dev.swath.autograd.ops.Narrow;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.OpCase;
import java.util.List;

/** Ranges of each axis, a whole axis, one index. */
public final class NarrowCase implements OpCase {
    /** Creates it. */
    public NarrowCase() {}

    @Override
    public Class<?> op() {
        return Narrow.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(2e-7, 2e-7, "a view; the gradient of two ranges is a sum");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        return List.of(
                Example.of("all of one", (t, v) -> Narrow.apply(t, v.get(0), 0, 0, 1), in.normal(1)),
                Example.of("rows", (t, v) -> Narrow.apply(t, v.get(0), 0, 2, 5), in.normal(7, 3)),
                Example.of("columns", (t, v) -> Narrow.apply(t, v.get(0), -1, 1, 20), in.normal(3, 37)),
                Example.of("a middle axis", (t, v) -> Narrow.apply(t, v.get(0), 1, 0, 5), in.normal(2, 5, 3)),
                Example.of(
                                "two ranges of one input",
                                (t, v) -> Binary.add(
                                        t, Narrow.apply(t, v.get(0), 1, 0, 19), Narrow.apply(t, v.get(0), 1, 5, 24)),
                                in.normal(2, 29))
                        .withComposed((t, v) -> Binary.add(
                                t,
                                MatMul.apply(t, v.get(0), columns(t, v.get(0), 0, 19)),
                                MatMul.apply(t, v.get(0), columns(t, v.get(0), 5, 24)))));
    }

    @Override
    public Example atWork() {
        return Example.of(AT_WORK, (t, v) -> Narrow.apply(t, v.get(0), -1, 0, 256), new Inputs().normal(3600, 512));
    }

    /** The matrix whose product takes the columns from one to another. */
    private static Var columns(Tape tape, Var x, int from, int to) {
        Tensor selection = Tensor.zeros(x.dtype(), Shape.of(x.dim(1), to - from));
        for (int i = from; i < to; i++) {
            selection.set(1, i, i - from);
        }
        return tape.constant(selection);
    }
}
