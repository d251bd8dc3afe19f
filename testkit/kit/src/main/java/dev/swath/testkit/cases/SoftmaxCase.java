package dev.swath.testkit.cases;

import dev.swath.autograd.ops.Softmax;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.OpCase;
import java.util.ArrayList;
import java.util.List;

/** Rows of one number up to several vectors, and the logarithm. */
public final class SoftmaxCase implements OpCase {
    /** Creates it. */
    public SoftmaxCase() {}

    @Override
    public Class<?> op() {
        return Softmax.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(5e-7, 1e-6, "an exponential of up to 2 units in the last place, then a sum of up to 131");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        List<Example> all = new ArrayList<>();
        for (boolean log : new boolean[] {false, true}) {
            all.add(example("one number", log, in.normal(1, 1)));
            all.add(example("odd", log, in.spread(3, 0, 2, 5, 3)));
            all.add(example("prime", log, in.spread(3, 0, 7, 37)));
            all.add(example("longer than a vector", log, in.spread(3, 0, 3, 131)));
            all.add(example("large numbers", log, in.spread(1, 500, 2, 19)));
        }
        return all;
    }

    @Override
    public Example atWork() {
        return example(AT_WORK, false, new Inputs().normal(3600, 144));
    }

    private static Example example(String name, boolean log, Tensor x) {
        return Example.of(
                        name + (log ? ", logarithm" : ""),
                        (t, v) -> log ? Softmax.log(t, v.get(0)) : Softmax.apply(t, v.get(0)),
                        x)
                .withComposed((t, v) -> Softmax.composed(t, v.get(0), log));
    }
}
