package dev.swath.testkit.cases;

import dev.swath.autograd.ops.Conv2d;
import dev.swath.kernels.Activation;
import dev.swath.testkit.OpCase;
import java.util.List;

/** Steps, padding, one to seven taps a side, several inputs, activations; 3x3 at step 1 is where fast forms differ. */
public final class Conv2dCase implements OpCase {
    /** Creates it. */
    public Conv2dCase() {}

    @Override
    public Class<?> op() {
        return Conv2d.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(
                2e-5,
                2e-5,
                "the 3x3 form by transforms of 6x6 tiles multiplies rounding errors by about ten; sums of up to 600 products");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        return List.of(
                example("all of one", in, new int[] {1, 1, 1, 1}, 1, 1, 1, 0),
                example("1x1", in, new int[] {2, 3, 5, 7}, 11, 1, 1, 0),
                example("3x3", in, new int[] {1, 7, 5, 3}, 5, 3, 1, 1),
                example("3x3, longer than a vector", in, new int[] {1, 13, 11, 37}, 35, 3, 1, 1),
                example("3x3 at the edge of a tile", in, new int[] {2, 4, 8, 16}, 16, 3, 1, 1),
                example("3x3 without padding", in, new int[] {1, 5, 6, 3}, 2, 3, 1, 0),
                example("3x3 in steps of 2", in, new int[] {2, 7, 5, 3}, 4, 3, 2, 1),
                example("4x4 in steps of 4", in, new int[] {1, 8, 12, 3}, 17, 4, 4, 0),
                example("7x7", in, new int[] {1, 7, 9, 2}, 1, 7, 1, 3),
                several(in),
                activated(in),
                withoutBias(in));
    }

    private static Example example(String name, Inputs in, int[] map, int out, int side, int stride, int padding) {
        double size = 1 / Math.sqrt(map[3] * side * side);
        return Example.of(
                        name,
                        (t, v) -> Conv2d.apply(
                                t, List.of(v.get(0)), v.get(1), v.get(2), Activation.IDENTITY, stride, padding),
                        in.normal(map),
                        in.spread(size, 0, out, map[3], side, side),
                        in.normal(out))
                .withComposed((t, v) -> Conv2d.composed(
                        t, List.of(v.get(0)), v.get(1), v.get(2), Activation.IDENTITY, stride, padding));
    }

    private static Example several(Inputs in) {
        return Example.of(
                        "two inputs",
                        (t, v) ->
                                Conv2d.apply(t, List.of(v.get(0), v.get(1)), v.get(2), v.get(3), Activation.RELU, 1, 1),
                        in.normal(1, 5, 7, 3),
                        in.normal(1, 5, 7, 20),
                        in.spread(0.1, 0, 6, 23, 3, 3),
                        in.normal(6))
                .withComposed((t, v) ->
                        Conv2d.composed(t, List.of(v.get(0), v.get(1)), v.get(2), v.get(3), Activation.RELU, 1, 1));
    }

    private static Example activated(Inputs in) {
        return Example.of(
                        "with an activation",
                        (t, v) -> Conv2d.apply(t, List.of(v.get(0)), v.get(1), v.get(2), Activation.TANH, 1, 0),
                        in.normal(1, 3, 3, 19),
                        in.spread(0.2, 0, 7, 19, 1, 1),
                        in.normal(7))
                .withComposed(
                        (t, v) -> Conv2d.composed(t, List.of(v.get(0)), v.get(1), v.get(2), Activation.TANH, 1, 0));
    }

    private static Example withoutBias(Inputs in) {
        return Example.of(
                        "without a bias",
                        (t, v) -> Conv2d.apply(t, List.of(v.get(0)), v.get(1), null, Activation.IDENTITY, 1, 1),
                        in.normal(2, 5, 3, 4),
                        in.spread(0.2, 0, 3, 4, 3, 3))
                .withComposed(
                        (t, v) -> Conv2d.composed(t, List.of(v.get(0)), v.get(1), null, Activation.IDENTITY, 1, 1));
    }
}
