package dev.swath.testkit.cases;

import dev.swath.autograd.ops.InstanceNorm;
import dev.swath.testkit.OpCase;
import java.util.List;

/** Short and long maps, few and many channels. */
public final class InstanceNormCase implements OpCase {
    /** Creates it. */
    public InstanceNormCase() {}

    @Override
    public Class<?> op() {
        return InstanceNorm.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(
                2e-6,
                2e-6,
                "the mean of inputs around 3 cancels to size 1; two cells may lie close, which the division magnifies");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        return List.of(
                example("two cells of one channel", in, 1, 2, 1),
                example("odd", in, 3, 5, 7),
                example("prime", in, 2, 37, 13),
                example("longer than a vector", in, 1, 19, 67),
                example("a long map", in, 2, 301, 3));
    }

    @Override
    public Example atWork() {
        return example(AT_WORK, new Inputs(), 1, 3600, 256);
    }

    private static Example example(String name, Inputs in, int batch, int length, int channels) {
        // Two values become -1 and 1 whatever they are, and nothing would be left of the gradient but what eps leaves.
        double eps = length == 2 ? 0.5 : 1e-3;
        return Example.of(
                        name, (t, v) -> InstanceNorm.apply(t, v.get(0), eps), in.spread(1, 3, batch, length, channels))
                .withComposed((t, v) -> InstanceNorm.composed(t, v.get(0), eps));
    }
}
