package dev.swath.autograd.ops;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import java.util.Arrays;

/**
 * {@code drop_path}: stochastic depth (Huang et al. 2016). In training the whole residual branch of a sample is dropped
 * with probability {@code rate} and else divided by 1 - rate.
 */
public final class DropPath {
    private DropPath() {}

    /** x (B, ...) itself outside of training. */
    public static Var apply(Tape tape, Var x, double rate) {
        if (!tape.training() || rate == 0) {
            return x;
        }
        Operands.of(tape, "drop_path", "x", x);
        int[] dims = new int[x.shape().rank()];
        Arrays.fill(dims, 1);
        dims[0] = x.dim(0);
        return Binary.mul(tape, x, Var.constant(Dropout.mask(tape, x.dtype(), rate, dims)));
    }
}
