package dev.swath.testkit.cases;

import dev.swath.autograd.ops.AdaptiveAvgPool;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.OpCase;
import java.util.List;

/** Means over uneven, overlapping and single cells. */
public final class AdaptiveAvgPoolCase implements OpCase {
    /** Creates it. */
    public AdaptiveAvgPoolCase() {}

    @Override
    public Class<?> op() {
        return AdaptiveAvgPool.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(4e-7, 5e-7, "means of at most 48 numbers, summed in f32");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        return List.of(
                example("one cell", in.normal(1, 1, 1, 1), 2, 3),
                example("to one cell", in.normal(2, 7, 5, 3), 1, 1),
                example("uneven", in.normal(2, 7, 11, 5), 3, 4),
                example("larger than the input", in.normal(1, 3, 2, 17), 5, 7),
                example("longer than a vector", in.normal(1, 8, 6, 67), 4, 3));
    }

    @Override
    public Example atWork() {
        return example(AT_WORK, new Inputs().normal(1, 60, 60, 256), 15, 15);
    }

    private static Example example(String name, Tensor x, int height, int width) {
        return Example.of(name, (t, v) -> AdaptiveAvgPool.apply(t, v.get(0), height, width), x)
                .withComposed((t, v) -> AdaptiveAvgPool.composed(t, v.get(0), height, width));
    }
}
