package dev.swath.testkit.cases;

import dev.swath.autograd.ops.Resize;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.OpCase;
import java.util.ArrayList;
import java.util.List;

/** Larger, smaller, to and from one cell, both conventions of corners. */
public final class ResizeCase implements OpCase {
    /** Creates it. */
    public ResizeCase() {}

    @Override
    public Class<?> op() {
        return Resize.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(
                5e-7,
                6e-7,
                "positions between cells are computed in f32 or f64; an input cell collects up to 60 shares");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        List<Example> all = new ArrayList<>();
        for (boolean align : new boolean[] {true, false}) {
            all.add(example("one cell", align, in.normal(1, 1, 1, 1), 2, 3));
            all.add(example("to one cell", align, in.normal(1, 5, 3, 2), 1, 1));
            all.add(example("larger", align, in.normal(2, 3, 5, 7), 7, 11));
            all.add(example("smaller", align, in.normal(1, 13, 9, 3), 5, 4));
            all.add(example("longer than a vector", align, in.normal(1, 4, 3, 67), 8, 6));
            all.add(example("one way larger, one smaller", align, in.normal(2, 7, 4, 19), 3, 9));
        }
        return all;
    }

    @Override
    public Example atWork() {
        return example(AT_WORK, true, new Inputs().normal(1, 30, 30, 512), 60, 60);
    }

    private static Example example(String name, boolean align, Tensor x, int height, int width) {
        String what = name + (align ? ", corners aligned" : ", corners free");
        return Example.of(what, (t, v) -> Resize.bilinear(t, v.get(0), height, width, align), x)
                .withComposed((t, v) -> Resize.composed(t, v.get(0), height, width, align));
    }
}
