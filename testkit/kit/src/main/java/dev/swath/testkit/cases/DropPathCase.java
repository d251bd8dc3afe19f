package dev.swath.testkit.cases;

import dev.swath.autograd.ops.DropPath;
import dev.swath.testkit.OpCase;
import java.util.List;

/** Whole samples dropped in training. */
public final class DropPathCase implements OpCase {
    /** Creates it. */
    public DropPathCase() {}

    @Override
    public Class<?> op() {
        return DropPath.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(3e-7, 3e-7, "one product with a factor that is rounded");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        return List.of(
                Example.of("evaluation", (t, v) -> DropPath.apply(t, v.get(0), 0.5), in.normal(3, 7)),
                Example.of("one number", (t, v) -> DropPath.apply(t, v.get(0), 0.5), in.normal(1, 1))
                        .inTraining(),
                Example.of("odd", (t, v) -> DropPath.apply(t, v.get(0), 0.3), in.normal(13, 3, 5))
                        .inTraining(),
                Example.of("longer than a vector", (t, v) -> DropPath.apply(t, v.get(0), 0.1), in.normal(11, 67))
                        .inTraining());
    }

    @Override
    public Example atWork() {
        return Example.of(AT_WORK, (t, v) -> DropPath.apply(t, v.get(0), 0.3), new Inputs().normal(8, 3600, 256))
                .inTraining();
    }
}
