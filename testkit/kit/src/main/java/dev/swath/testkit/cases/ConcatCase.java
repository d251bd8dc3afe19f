package dev.swath.testkit.cases;

import dev.swath.autograd.ops.Concat;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.OpCase;
import java.util.List;

/** Along each axis, one to three parts, the same part twice. */
public final class ConcatCase implements OpCase {
    /** Creates it. */
    public ConcatCase() {}

    @Override
    public Class<?> op() {
        return Concat.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(0, 2e-7, "copies are exact; the gradient of a part used twice is a sum");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        return List.of(
                Example.of("one part", (t, v) -> Concat.apply(t, 0, v.get(0)), in.normal(1)),
                example("along the last axis", -1, in.normal(2, 3, 5), in.normal(2, 3, 1)),
                example("along the first axis", 0, in.normal(3, 7), in.normal(1, 7)),
                example("longer than a vector", 1, in.normal(2, 5, 37), in.normal(2, 2, 37)),
                Example.of(
                        "the same part twice",
                        (t, v) -> Concat.apply(t, 1, v.get(0), v.get(1), v.get(0)),
                        in.normal(3, 2),
                        in.normal(3, 5)));
    }

    @Override
    public Example atWork() {
        return example(AT_WORK, -1, new Inputs().normal(1, 60, 60, 256), new Inputs().normal(1, 60, 60, 512));
    }

    private static Example example(String name, int axis, Tensor a, Tensor b) {
        return Example.of(name, (t, v) -> Concat.apply(t, axis, v.get(0), v.get(1)), a, b);
    }
}
