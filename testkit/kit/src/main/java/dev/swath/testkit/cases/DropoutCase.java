package dev.swath.testkit.cases;

import dev.swath.autograd.ops.Dropout;
import dev.swath.testkit.OpCase;
import java.util.List;

/** Elements dropped in training. */
public final class DropoutCase implements OpCase {
    /** Creates it. */
    public DropoutCase() {}

    @Override
    public Class<?> op() {
        return Dropout.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(3e-7, 3e-7, "one product with a factor that is rounded");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        return List.of(
                Example.of("evaluation", (t, v) -> Dropout.apply(t, v.get(0), 0.5), in.normal(3, 7)),
                Example.of("one number", (t, v) -> Dropout.apply(t, v.get(0), 0.5), in.normal(1, 1))
                        .inTraining(),
                Example.of("odd", (t, v) -> Dropout.apply(t, v.get(0), 0.3), in.normal(13, 3, 5))
                        .inTraining(),
                Example.of("longer than a vector", (t, v) -> Dropout.apply(t, v.get(0), 0.1), in.normal(11, 67))
                        .inTraining());
    }

    @Override
    public Example atWork() {
        return Example.of(AT_WORK, (t, v) -> Dropout.apply(t, v.get(0), 0.1), new Inputs().normal(24, 20, 768))
                .inTraining();
    }
}
