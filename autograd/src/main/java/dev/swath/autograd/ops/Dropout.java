package dev.swath.autograd.ops;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.DropoutKernel;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;

/** {@code dropout}: in training each element is set to 0 with probability {@code rate} and else divided by 1 - rate. */
public final class Dropout {
    private Dropout() {}

    /** x itself outside of training. */
    public static Var apply(Tape tape, Var x, double rate) {
        if (!tape.training() || rate == 0) {
            return x;
        }
        Operands.of(tape, "dropout", "x", x);
        return Binary.mul(
                tape, x, Var.constant(mask(tape, x.dtype(), rate, x.shape().dims())));
    }

    /** A tensor of 0 and 1 / (1 - rate), drawn afresh. */
    static Tensor mask(Tape tape, DType dtype, double rate, int... dims) {
        if (!(rate >= 0 && rate < 1)) {
            throw tape.error("dropout", "the rate must lie in [0, 1)", Double.toString(rate));
        }
        Tensor mask = tape.allocate(dtype, dims);
        tape.kernel(DropoutKernel.class, dtype)
                .mask(
                        Slice.of(mask),
                        Slice.of(tape.draws().state()),
                        tape.draws().next(),
                        rate,
                        Math.toIntExact(mask.elements()),
                        tape.execution());
        return mask;
    }
}
