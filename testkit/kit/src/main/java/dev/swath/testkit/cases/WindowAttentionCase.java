package dev.swath.testkit.cases;

import dev.swath.autograd.ops.WindowAttention;
import dev.swath.testkit.OpCase;
import java.util.List;

/** Grids of whole and of cut windows, shifted or not, smaller than a window. */
public final class WindowAttentionCase implements OpCase {
    /** Creates it. */
    public WindowAttentionCase() {}

    @Override
    public Class<?> op() {
        return WindowAttention.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(
                2e-6, 2e-6, "products of up to 34 numbers before an exponential; the table collects up to 300 scores");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        return List.of(
                example("all of one", in, 1, 1, 1, 1, 1, 1, 0),
                example("whole windows", in, 2, 4, 6, 6, 3, 2, 0),
                example("shifted", in, 1, 6, 9, 8, 2, 3, 1),
                example("cut windows", in, 1, 5, 7, 6, 2, 4, 0),
                example("shifted and cut", in, 2, 7, 5, 10, 2, 4, 2),
                example("smaller than a window", in, 1, 3, 2, 6, 3, 5, 0),
                example("smaller than a window, shifted", in, 1, 3, 5, 6, 1, 7, 3),
                example("longer than a vector", in, 1, 7, 8, 68, 2, 7, 3));
    }

    @Override
    public Example atWork() {
        return example(AT_WORK, new Inputs(), 1, 60, 60, 256, 8, 12, 6);
    }

    private static Example example(
            String name, Inputs in, int batch, int height, int width, int channels, int heads, int window, int shift) {
        int span = 2 * window - 1;
        return Example.of(
                        name,
                        (t, v) -> WindowAttention.apply(t, v.get(0), v.get(1), v.get(2), heads, window, shift),
                        in.normal(batch, height, width, 3 * channels),
                        in.normal(3 * channels),
                        in.normal(span * span, heads))
                .withParameters(1, 2)
                .withComposed(
                        (t, v) -> WindowAttention.composed(t, v.get(0), v.get(1), v.get(2), heads, window, shift));
    }
}
