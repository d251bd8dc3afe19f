package dev.swath.testkit.cases;

import dev.swath.autograd.ops.Conv2d;
import dev.swath.kernels.Activation;
import dev.swath.testkit.OpCase;
import java.util.List;

/**
 * Steps, padding, one to seven taps a side, groups, dilation, several inputs, activations; 3x3 at step 1 and one
 * channel a group are where fast forms differ.
 */
public final class Conv2dCase implements OpCase {
    /** Creates it. */
    public Conv2dCase() {}

    @Override
    public Class<?> op() {
        return Conv2d.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(4e-6, 3e-6, "sums of up to 333 products of size 1, in f32");
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
                example("depthwise", in, new int[] {2, 5, 7, 37}, 37, 3, 1, 1, 37, 1),
                example("depthwise, dilated, in steps of 2", in, new int[] {1, 9, 8, 19}, 19, 3, 2, 2, 19, 2),
                example("two outputs a channel", in, new int[] {1, 5, 4, 5}, 10, 3, 1, 1, 5, 1),
                example("groups of 3", in, new int[] {2, 5, 6, 9}, 12, 3, 1, 1, 3, 1),
                example("groups of 3 without padding", in, new int[] {1, 6, 5, 6}, 4, 3, 1, 0, 2, 1),
                example("dilated", in, new int[] {1, 9, 7, 5}, 3, 3, 1, 2, 1, 2),
                example("dilated in steps of 2", in, new int[] {2, 9, 8, 5}, 4, 3, 2, 1, 1, 2),
                example("groups, dilated, in steps of 2", in, new int[] {1, 11, 9, 8}, 12, 3, 2, 3, 4, 3),
                several(in, 1),
                several(in, 3),
                activated(in),
                withoutBias(in));
    }

    @Override
    public Example atWork() {
        return example(AT_WORK, new Inputs(), new int[] {1, 60, 60, 256}, 256, 3, 1, 1);
    }

    private static Example example(String name, Inputs in, int[] map, int out, int side, int stride, int padding) {
        return example(name, in, map, out, side, stride, padding, 1, 1);
    }

    private static Example example(
            String name, Inputs in, int[] map, int out, int side, int stride, int padding, int groups, int dilation) {
        int each = map[3] / groups;
        Activation none = Activation.IDENTITY;
        return Example.of(
                        name,
                        (t, v) -> Conv2d.apply(
                                t, List.of(v.get(0)), v.get(1), v.get(2), none, stride, padding, groups, dilation),
                        in.normal(map),
                        in.spread(1 / Math.sqrt(each * side * side), 0, out, each, side, side),
                        in.normal(out))
                .withParameters(1, 2)
                .withComposed((t, v) -> Conv2d.composed(
                        t, List.of(v.get(0)), v.get(1), v.get(2), none, stride, padding, groups, dilation));
    }

    private static Example several(Inputs in, int groups) {
        Activation f = Activation.RELU;
        return Example.of(
                        "two inputs" + (groups == 1 ? "" : " in " + groups + " groups"),
                        (t, v) -> Conv2d.apply(t, List.of(v.get(0), v.get(1)), v.get(2), v.get(3), f, 1, 1, groups, 1),
                        in.normal(1, 5, 7, 4),
                        in.normal(1, 5, 7, 20),
                        in.spread(0.1, 0, 6, 24 / groups, 3, 3),
                        in.normal(6))
                .withParameters(2, 3)
                .withComposed((t, v) ->
                        Conv2d.composed(t, List.of(v.get(0), v.get(1)), v.get(2), v.get(3), f, 1, 1, groups, 1));
    }

    private static Example activated(Inputs in) {
        return Example.of(
                        "with an activation",
                        (t, v) -> Conv2d.apply(t, List.of(v.get(0)), v.get(1), v.get(2), Activation.TANH, 1, 0),
                        in.normal(1, 3, 3, 19),
                        in.spread(0.2, 0, 7, 19, 1, 1),
                        in.normal(7))
                .withParameters(1, 2)
                .withComposed(
                        (t, v) -> Conv2d.composed(t, List.of(v.get(0)), v.get(1), v.get(2), Activation.TANH, 1, 0));
    }

    private static Example withoutBias(Inputs in) {
        return Example.of(
                        "without a bias",
                        (t, v) -> Conv2d.apply(t, List.of(v.get(0)), v.get(1), null, Activation.IDENTITY, 1, 1),
                        in.normal(2, 5, 3, 4),
                        in.spread(0.2, 0, 3, 4, 3, 3))
                .withParameters(1)
                .withComposed(
                        (t, v) -> Conv2d.composed(t, List.of(v.get(0)), v.get(1), null, Activation.IDENTITY, 1, 1));
    }
}
