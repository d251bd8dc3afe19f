package dev.swath.testkit.cases;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Concat;
import dev.swath.autograd.ops.Pad;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.OpCase;
import java.util.List;

/** Below, to the right, both. */
public final class PadCase implements OpCase {
    /** Creates it. */
    public PadCase() {}

    @Override
    public Class<?> op() {
        return Pad.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(0, 0, "copies are exact");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        return List.of(
                example("one cell", in.normal(1, 1, 1, 1), 1, 2),
                example("below", in.normal(2, 3, 5, 7), 4, 0),
                example("to the right", in.normal(1, 7, 3, 19), 0, 1),
                example("both, longer than a vector", in.normal(2, 5, 3, 37), 3, 5));
    }

    @Override
    public Example atWork() {
        return example(AT_WORK, new Inputs().normal(1, 60, 60, 256), 3, 3);
    }

    private static Example example(String name, Tensor x, int bottom, int right) {
        return Example.of(name, (t, v) -> Pad.apply(t, v.get(0), bottom, right), x)
                .withComposed((t, v) -> joined(t, v.get(0), bottom, right));
    }

    private static Var joined(Tape t, Var x, int bottom, int right) {
        Var wide = Concat.apply(t, 2, x, zeros(t, x, x.dim(1), right));
        return Concat.apply(t, 1, wide, zeros(t, x, bottom, x.dim(2) + right));
    }

    private static Var zeros(Tape tape, Var x, int height, int width) {
        return tape.constant(Tensor.zeros(x.dtype(), Shape.of(x.dim(0), height, width, x.dim(3))));
    }
}
