package dev.swath.testkit.cases;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Narrow;
import dev.swath.autograd.ops.Reduce;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.OpCase;
import java.util.List;

/** Sum, mean and maximum over each axis. */
public final class ReduceCase implements OpCase {
    /** Creates it. */
    public ReduceCase() {}

    @Override
    public Class<?> op() {
        return Reduce.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(6e-7, 3e-7, "sums of up to 131 numbers of size 1; a mean cancels to a tenth of them");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        return List.of(
                sum("sum of one", in.normal(1), 0),
                sum("sum of rows", in.normal(5, 131), -1),
                sum("sum of columns", in.normal(37, 3), 0),
                sum("sum of a middle axis", in.normal(2, 7, 19), 1),
                mean("mean of rows", in.normal(3, 67), 1),
                mean("mean of columns", in.normal(13, 17), 0),
                Example.of("maximum of one", (t, v) -> Reduce.max(t, v.get(0), 0, true), in.distinct(1)),
                Example.of("maximum of rows", (t, v) -> Reduce.max(t, v.get(0), -1, true), in.distinct(5, 37)),
                Example.of("maximum of columns", (t, v) -> Reduce.max(t, v.get(0), 0, false), in.distinct(7, 33)));
    }

    @Override
    public Example atWork() {
        return mean(AT_WORK, new Inputs().normal(1, 3600, 256), 1);
    }

    private static Example sum(String name, Tensor x, int axis) {
        return Example.of(name, (t, v) -> Reduce.sum(t, v.get(0), axis, true), x)
                .withComposed((t, v) -> added(t, v.get(0), axis));
    }

    private static Example mean(String name, Tensor x, int axis) {
        int n = x.dim(axis);
        return Example.of(name, (t, v) -> Reduce.mean(t, v.get(0), axis, true), x)
                .withComposed((t, v) -> Binary.div(
                        t, added(t, v.get(0), axis), t.number(v.get(0).dtype(), n)));
    }

    private static Var added(Tape t, Var x, int axis) {
        Var sum = Narrow.apply(t, x, axis, 0, 1);
        for (int i = 1; i < x.dim(axis); i++) {
            sum = Binary.add(t, sum, Narrow.apply(t, x, axis, i, i + 1));
        }
        return sum;
    }
}
