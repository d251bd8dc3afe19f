package dev.swath.testkit.cases;

import dev.swath.autograd.ops.Linear;
import dev.swath.kernels.Activation;
import dev.swath.testkit.OpCase;
import java.util.ArrayList;
import java.util.List;

/** With and without bias, each activation, a residual. */
public final class LinearCase implements OpCase {
    /** Creates it. */
    public LinearCase() {}

    @Override
    public Class<?> op() {
        return Linear.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(2e-6, 2e-6, "sums of up to 131 products of size 1, in f32");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        List<Example> all = new ArrayList<>(List.of(
                example("all of one", in, Activation.IDENTITY, 1, 1, 1),
                example("odd", in, Activation.IDENTITY, 3, 5, 7),
                example("prime", in, Activation.IDENTITY, 13, 37, 19),
                example("longer than a vector", in, Activation.GELU, 29, 67, 131),
                example("one column", in, Activation.TANH, 17, 1, 33),
                example("one row", in, Activation.SIGMOID, 1, 49, 5),
                plain(in),
                residual(in)));
        for (Activation f : List.of(
                Activation.RELU,
                Activation.GELU,
                Activation.HARD_SIGMOID,
                Activation.EXP,
                Activation.HARD_SWISH,
                Activation.SOFTPLUS)) {
            all.add(example("with " + f, in, f, 7, 18, 9));
        }
        return all;
    }

    @Override
    public Example atWork() {
        return example(AT_WORK, new Inputs(), Activation.GELU, 3600, 1024, 256);
    }

    private static Example example(String name, Inputs in, Activation f, int rows, int n, int k) {
        return Example.of(
                        name,
                        (t, v) -> Linear.apply(t, v.get(0), v.get(1), v.get(2), f, null),
                        in.normal(rows, k),
                        in.spread(1 / Math.sqrt(k), 0, n, k),
                        in.normal(n))
                .withParameters(1, 2)
                .withComposed((t, v) -> Linear.composed(t, v.get(0), v.get(1), v.get(2), f, null));
    }

    private static Example plain(Inputs in) {
        return Example.of(
                        "without a bias",
                        (t, v) -> Linear.apply(t, v.get(0), v.get(1), null),
                        in.normal(2, 3, 11),
                        in.normal(5, 11))
                .withParameters(1)
                .withComposed((t, v) -> Linear.composed(t, v.get(0), v.get(1), null, Activation.IDENTITY, null));
    }

    private static Example residual(Inputs in) {
        return Example.of(
                        "with a residual",
                        (t, v) -> Linear.apply(t, v.get(0), v.get(1), v.get(2), Activation.GELU, v.get(3)),
                        in.normal(2, 5, 17),
                        in.spread(0.2, 0, 23, 17),
                        in.normal(23),
                        in.normal(2, 5, 23))
                .withParameters(1, 2)
                .withComposed((t, v) -> Linear.composed(t, v.get(0), v.get(1), v.get(2), Activation.GELU, v.get(3)));
    }
}
