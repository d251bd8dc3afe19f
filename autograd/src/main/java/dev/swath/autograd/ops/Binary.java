package dev.swath.autograd.ops;

import dev.swath.autograd.Gradients;
import dev.swath.autograd.OpDetails;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.BinaryKernel;
import dev.swath.kernels.BinaryKernel.Function;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.ReduceKernel;
import dev.swath.kernels.Slice;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.Locale;

/** {@code add}, {@code sub}, {@code mul}, {@code div}: pointwise functions of two arguments that broadcast. */
public final class Binary {
    private Binary() {}

    /** a + b; b of the type of a, or of 16 bits where a is f32. */
    public static Var add(Tape tape, Var a, Var b) {
        return apply(tape, a, b, Function.ADD);
    }

    /** a - b. */
    public static Var sub(Tape tape, Var a, Var b) {
        return apply(tape, a, b, Function.SUB);
    }

    /** a b. */
    public static Var mul(Tape tape, Var a, Var b) {
        return apply(tape, a, b, Function.MUL);
    }

    /** a / b. */
    public static Var div(Tape tape, Var a, Var b) {
        return apply(tape, a, b, Function.DIV);
    }

    private static Var apply(Tape tape, Var a, Var b, Function f) {
        String op = f.name().toLowerCase(Locale.ROOT);
        if (f == Function.ADD && Operands.isSum(a.dtype(), b.dtype())) {
            Operands.of(tape, op, "b", b).sum("a", a);
        } else {
            Operands.of(tape, op, "a", a).like("b", b);
        }
        Tensor y = compute(tape, a.value(), b.value(), f);
        tape.describe(() -> OpDetails.of("a", a).input("b", b));
        return tape.record(
                op,
                y,
                y.elements(),
                (dy, g) -> {
                    if (g.wants(0)) {
                        give(
                                tape,
                                g,
                                0,
                                switch (f) {
                                    case ADD, SUB -> dy;
                                    case MUL -> compute(tape, dy, b.value(), Function.MUL);
                                    case DIV -> compute(tape, dy, b.value(), Function.DIV);
                                },
                                dy,
                                a.shape());
                    }
                    if (g.wants(1)) {
                        give(
                                tape,
                                g,
                                1,
                                switch (f) {
                                    case ADD -> Cast.cast(tape, dy, b.dtype());
                                    case SUB -> negate(tape, dy);
                                    case MUL -> compute(tape, dy, a.value(), Function.MUL);
                                    // d(a/b)/db = -(a/b)/b
                                    case DIV ->
                                        negate(
                                                tape,
                                                compute(
                                                        tape,
                                                        compute(tape, dy, y, Function.MUL),
                                                        b.value(),
                                                        Function.DIV));
                                },
                                dy,
                                b.shape());
                    }
                },
                a,
                b);
    }

    /** f(a, b) as a fresh tensor. */
    static Tensor compute(Tape tape, Tensor a, Tensor b, Function f) {
        Shape shape = Shape.broadcast(a.shape(), b.shape());
        Tensor y = tape.allocate(a.dtype(), shape);
        tape.kernel(BinaryKernel.class, KernelTypes.of(b.dtype()).to(a.dtype()))
                .forward(
                        Slice.of(y),
                        Slice.of(a),
                        a.expand(shape).strides(),
                        Slice.of(b),
                        b.expand(shape).strides(),
                        f,
                        shape.dims(),
                        tape.execution());
        return y;
    }

    private static Tensor negate(Tape tape, Tensor x) {
        return compute(tape, x, tape.number(x.dtype(), -1).value(), Function.MUL);
    }

    /** Sums a gradient, dy itself or one that is fresh, over the axes along which the input was repeated, and hands it over. */
    private static void give(Tape tape, Gradients g, int i, Tensor gradient, Tensor dy, Shape target) {
        Tensor sum = gradient;
        int extra = sum.rank() - target.rank();
        for (int axis = sum.rank() - 1; axis >= 0; axis--) {
            boolean repeated = axis < extra || (target.dim(axis - extra) == 1 && sum.dim(axis) != 1);
            if (repeated) {
                sum = sum(tape, sum, axis);
            }
        }
        Tensor whole = sum.reshape(target);
        if (sum.storage() == dy.storage()) {
            g.add(i, whole);
        } else {
            g.hand(i, whole);
        }
    }

    private static Tensor sum(Tape tape, Tensor x, int axis) {
        Tensor y = tape.allocate(x.dtype(), x.shape().with(axis, 1));
        tape.kernel(ReduceKernel.class, x.dtype())
                .forward(
                        Slice.of(y),
                        Slice.of(x),
                        ReduceKernel.Function.SUM,
                        x.shape().product(0, axis),
                        x.dim(axis),
                        x.shape().product(axis + 1, x.rank()),
                        tape.execution());
        return y;
    }
}
