package dev.swath.testkit.cases;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.kernels.BinaryKernel.Function;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.OpCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The four functions, on equal shapes and on ones that broadcast. */
public final class BinaryCase implements OpCase {
    /** Creates it. */
    public BinaryCase() {}

    @Override
    public Class<?> op() {
        return Binary.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(
                3e-7, 1e-6, "one rounding an operation; gradients of a repeated input add up to 70 numbers");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        List<Example> all = new ArrayList<>();
        for (Function f : Function.values()) {
            all.add(example(f, "one number", in.normal(1), in.awayFromZero(0.5, 1)));
            all.add(example(f, "equal shapes", in.normal(3, 7), in.awayFromZero(0.5, 3, 7)));
            all.add(example(f, "a row repeated", in.normal(2, 5, 37), in.awayFromZero(0.5, 37)));
            all.add(example(f, "both repeated", in.normal(3, 1, 17), in.awayFromZero(0.5, 1, 5, 17)));
            all.add(example(f, "a scalar", in.normal(70), in.awayFromZero(0.5)));
            all.add(example(f, "columns", in.normal(2, 3, 1), in.awayFromZero(0.5, 2, 3, 19)));
        }
        return all;
    }

    @Override
    public Example atWork() {
        return example(Function.MUL, AT_WORK, new Inputs().normal(1, 3600, 256), new Inputs().normal(1, 1, 256));
    }

    private static Example example(Function f, String name, Tensor a, Tensor b) {
        String what = f.name().toLowerCase(Locale.ROOT) + ", " + name;
        return Example.of(what, (t, v) -> apply(t, f, v.get(0), v.get(1)), a, b);
    }

    private static Var apply(Tape t, Function f, Var a, Var b) {
        return switch (f) {
            case ADD -> Binary.add(t, a, b);
            case SUB -> Binary.sub(t, a, b);
            case MUL -> Binary.mul(t, a, b);
            case DIV -> Binary.div(t, a, b);
        };
    }
}
