package dev.swath.autograd.ops;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.CastKernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;

/** {@code cast}: the same numbers in another element type, rounded to the nearest, to even. */
public final class Cast {
    private static final String OP = "cast";

    private Cast() {}

    /** x itself if it is of that type; else a copy. The gradient goes back in the type of x. */
    public static Var apply(Tape tape, Var x, DType to) {
        Operands.of(tape, OP, "x", x);
        if (!to.isFloating()) {
            throw tape.error(OP, "the type must be one of floating-point numbers", to.toString());
        }
        if (x.dtype() == to) {
            return x;
        }
        Tensor y = cast(tape, Ops.dense(tape, x), to);
        return tape.record(OP, y, 0, (dy, g) -> convert(tape, g.overwrite(0), dy), x);
    }

    /** x itself if it is of that type; else a copy. */
    static Tensor cast(Tape tape, Tensor x, DType to) {
        if (x.dtype() == to) {
            return x;
        }
        Tensor y = tape.allocate(to, x.shape());
        convert(tape, y, x);
        return y;
    }

    private static void convert(Tape tape, Tensor y, Tensor x) {
        KernelTypes types = CastKernel.types(y.dtype(), x.dtype());
        if (!tape.backend().supports(CastKernel.class, types)) {
            throw tape.error(
                    OP,
                    "the " + tape.backend().name() + " backend must have a kernel for these element types",
                    x.dtype() + " to " + y.dtype());
        }
        tape.backend().kernel(CastKernel.class, types).cast(Slice.of(y), Slice.of(x), x.elements(), tape.execution());
    }
}
