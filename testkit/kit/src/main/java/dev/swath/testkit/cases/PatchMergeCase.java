package dev.swath.testkit.cases;

import dev.swath.autograd.ops.PatchMerge;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.OpCase;
import java.util.List;

/** Even and odd sides. */
public final class PatchMergeCase implements OpCase {
    /** Creates it. */
    public PatchMergeCase() {}

    @Override
    public Class<?> op() {
        return PatchMerge.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(0, 0, "copies are exact");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        return List.of(
                example("one cell", in.normal(1, 1, 1, 1)),
                example("even", in.normal(2, 4, 6, 5)),
                example("odd", in.normal(1, 7, 3, 3)),
                example("odd and even, longer than a vector", in.normal(2, 5, 4, 37)));
    }

    @Override
    public Example atWork() {
        return example(AT_WORK, new Inputs().normal(1, 60, 60, 256));
    }

    private static Example example(String name, Tensor x) {
        return Example.of(name, (t, v) -> PatchMerge.apply(t, v.get(0)), x)
                .withComposed((t, v) -> PatchMerge.composed(t, v.get(0)));
    }
}
