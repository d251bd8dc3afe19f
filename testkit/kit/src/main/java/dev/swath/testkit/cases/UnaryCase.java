package dev.swath.testkit.cases;

import dev.swath.autograd.ops.Unary;
import dev.swath.kernels.Activation;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.OpCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Every function, away from its kinks. */
public final class UnaryCase implements OpCase {
    /** Creates it. */
    public UnaryCase() {}

    @Override
    public Class<?> op() {
        return Unary.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(1e-6, 1e-6, "up to 8 units in the last place");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        List<Example> all = new ArrayList<>();
        for (Activation f : Activation.values()) {
            boolean positive = f == Activation.LOG || f == Activation.SQRT;
            for (int[] dims : new int[][] {{1}, {3, 5}, {37}, {7, 19}, {2, 131}}) {
                Tensor x = positive ? in.positive(0.3, dims) : in.awayFromZero(0.01, dims);
                String name = f.name().toLowerCase(Locale.ROOT) + " of " + x.shape();
                all.add(Example.of(name, (t, v) -> Unary.apply(t, v.get(0), f), x));
            }
        }
        return all;
    }

    @Override
    public Example atWork() {
        return Example.of(AT_WORK, (t, v) -> Unary.gelu(t, v.get(0)), new Inputs().normal(3600, 1024));
    }
}
