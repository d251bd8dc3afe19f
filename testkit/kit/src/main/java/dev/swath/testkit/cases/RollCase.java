package dev.swath.testkit.cases;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Concat;
import dev.swath.autograd.ops.Narrow;
import dev.swath.autograd.ops.Roll;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.OpCase;
import java.util.List;

/** Forwards, backwards, further than the map is wide, not at all. */
public final class RollCase implements OpCase {
    /** Creates it. */
    public RollCase() {}

    @Override
    public Class<?> op() {
        return Roll.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(0, 0, "copies are exact");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        return List.of(
                example("one cell", in.normal(1, 1, 1, 1), 1, 1),
                example("forwards", in.normal(2, 5, 7, 3), 2, 3),
                example("backwards", in.normal(1, 7, 5, 19), -3, -1),
                example("more than once around", in.normal(1, 3, 2, 37), 7, -5),
                example("not at all", in.normal(1, 3, 5, 2), 0, 0));
    }

    @Override
    public Example atWork() {
        return example(AT_WORK, new Inputs().normal(1, 60, 60, 256), -6, -6);
    }

    private static Example example(String name, Tensor x, int rows, int columns) {
        return Example.of(name, (t, v) -> Roll.apply(t, v.get(0), rows, columns), x)
                .withComposed((t, v) -> turned(t, turned(t, v.get(0), 1, rows), 2, columns));
    }

    private static Var turned(Tape t, Var x, int axis, int by) {
        int n = x.dim(axis);
        int cut = Math.floorMod(-by, n);
        return Concat.apply(t, axis, Narrow.apply(t, x, axis, cut, n), Narrow.apply(t, x, axis, 0, cut));
    }
}
