package dev.swath.testkit.cases;

import dev.swath.autograd.ops.Permute;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.OpCase;
import java.util.List;

/** Orders of two to five axes. */
public final class PermuteCase implements OpCase {
    /** Creates it. */
    public PermuteCase() {}

    @Override
    public Class<?> op() {
        return Permute.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(0, 0, "a view");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        return List.of(
                example("one number", in.normal(1), 0),
                example("transposed", in.normal(3, 37), 1, 0),
                example("channels last", in.normal(2, 3, 5, 7), 0, 2, 3, 1),
                example("heads", in.normal(2, 19, 3, 5), 0, 2, 1, 3),
                example("negative axes", in.normal(2, 3, 5, 2, 3), -1, 0, -3, 1, 3));
    }

    @Override
    public Example atWork() {
        return example(AT_WORK, new Inputs().normal(1, 60, 60, 256), 0, 3, 1, 2);
    }

    private static Example example(String name, Tensor x, int... order) {
        return Example.of(name, (t, v) -> Permute.apply(t, v.get(0), order), x);
    }
}
