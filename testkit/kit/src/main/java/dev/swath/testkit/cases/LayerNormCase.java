package dev.swath.testkit.cases;

import dev.swath.autograd.ops.LayerNorm;
import dev.swath.testkit.OpCase;
import java.util.List;

/** Rows of one number up to several vectors. */
public final class LayerNormCase implements OpCase {
    /** Creates it. */
    public LayerNormCase() {}

    @Override
    public Class<?> op() {
        return LayerNorm.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(
                1e-6,
                2e-6,
                "the mean of inputs around 3 cancels to size 1; gradients of parameters add up to 300 numbers");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        return List.of(
                example("one number", in, 1, 1, 1),
                example("odd", in, 2, 3, 5),
                example("prime", in, 1, 7, 37),
                example("a vector", in, 2, 2, 16),
                example("longer than a vector", in, 1, 5, 131),
                example("many rows", in, 3, 100, 19));
    }

    @Override
    public Example atWork() {
        return example(AT_WORK, new Inputs(), 1, 3600, 256);
    }

    private static Example example(String name, Inputs in, int batch, int rows, int columns) {
        return Example.of(
                        name,
                        (t, v) -> LayerNorm.apply(t, v.get(0), v.get(1), v.get(2), 1e-3),
                        in.spread(1, 3, batch, rows, columns),
                        in.normal(columns),
                        in.normal(columns))
                .withParameters(1, 2)
                .withComposed((t, v) -> LayerNorm.composed(t, v.get(0), v.get(1), v.get(2), 1e-3));
    }
}
