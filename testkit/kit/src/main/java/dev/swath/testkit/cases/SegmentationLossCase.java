package dev.swath.testkit.cases;

import dev.swath.autograd.ops.SegmentationLoss;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.OpCase;
import java.util.Arrays;
import java.util.List;

/** One pixel, several samples, more than two classes, a class that occurs nowhere, either part alone. */
public final class SegmentationLossCase implements OpCase {
    /** Creates it. */
    public SegmentationLossCase() {}

    @Override
    public Class<?> op() {
        return SegmentationLoss.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(
                5e-7, 5e-7, "exponentials of up to 2 units in the last place; sums of up to 323 pixels in f64");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        return List.of(
                example("one pixel", in, 0.9, 0.1, 1, 1, 1, 2),
                example("odd", in, 0.9, 0.1, 3, 5, 3, 2),
                example("prime, five classes", in, 1, 0.5, 2, 7, 13, 5),
                example("longer than a vector", in, 0.9, 0.1, 1, 17, 19, 2),
                example("cross entropy alone", in, 1, 0, 2, 3, 11, 2),
                example("dice alone", in, 0, 1, 2, 3, 11, 2),
                example("a class that occurs nowhere", in, 0.9, 0.1, new long[15], 1, 3, 5, 2));
    }

    @Override
    public Example atWork() {
        return example(AT_WORK, new Inputs(), 0.9, 0.1, 1, 480, 480, 2);
    }

    private static Example example(String name, Inputs in, double ce, double dice, int... dims) {
        int[] pixels = Arrays.copyOf(dims, dims.length - 1);
        return example(name, in, ce, dice, in.ids(dims[dims.length - 1], pixels).toLongArray(), dims);
    }

    private static Example example(String name, Inputs in, double ce, double dice, long[] classes, int... dims) {
        Tensor target = Tensor.of(classes, Arrays.copyOf(dims, dims.length - 1));
        int count = dims[dims.length - 1];
        double[] weights = in.positive(0.5, count).toDoubleArray();
        return Example.of(
                        name,
                        (t, v) -> SegmentationLoss.apply(t, v.get(0), t.indices(target, count), weights, ce, dice),
                        in.normal(dims))
                .withComposed((t, v) -> SegmentationLoss.composed(t, v.get(0), target, weights, ce, dice));
    }
}
