package dev.swath.testkit.cases;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Cast;
import dev.swath.tensor.DType;
import dev.swath.testkit.OpCase;
import java.util.List;

/** From whatever comes to f32; f64 stays, for its gradients are measured. Rounding has a test of its own. */
public final class CastCase implements OpCase {
    /** Creates it. */
    public CastCase() {}

    @Override
    public Class<?> op() {
        return Cast.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(0, 0, "nothing is rounded");
    }

    private static Var toF32(Tape tape, Var x) {
        return Cast.apply(tape, x, x.dtype() == DType.F64 ? DType.F64 : DType.F32);
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        return List.of(
                Example.of("one", (t, v) -> toF32(t, v.get(0)), in.normal(1)),
                Example.of("odd", (t, v) -> toF32(t, v.get(0)), in.normal(3, 5)),
                Example.of("prime", (t, v) -> toF32(t, v.get(0)), in.normal(7, 37)),
                Example.of("longer than a vector", (t, v) -> toF32(t, v.get(0)), in.normal(2, 131)));
    }

    @Override
    public Example atWork() {
        return Example.of(AT_WORK, (t, v) -> Cast.apply(t, v.get(0), DType.BF16), new Inputs().normal(3600, 1024));
    }
}
