package dev.swath.testkit.cases;

import dev.swath.autograd.ops.Reshape;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.OpCase;
import java.util.List;

/** Fewer, more and deduced axes. */
public final class ReshapeCase implements OpCase {
    /** Creates it. */
    public ReshapeCase() {}

    @Override
    public Class<?> op() {
        return Reshape.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(0, 0, "a view, or a copy");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        return List.of(
                example("one number", in.normal(1), 1, 1, 1),
                example("flat", in.normal(3, 5, 7), -1),
                example("deduced", in.normal(2, 3, 37), 6, -1),
                example("more axes", in.normal(12, 17), 3, 2, 2, 17));
    }

    @Override
    public Example atWork() {
        return example(AT_WORK, new Inputs().normal(1, 60, 60, 256), 1, 3600, 256);
    }

    private static Example example(String name, Tensor x, int... dims) {
        return Example.of(name, (t, v) -> Reshape.apply(t, v.get(0), dims), x);
    }
}
