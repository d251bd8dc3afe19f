package dev.swath.autograd.ops;

import dev.swath.autograd.OpDetails;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.InstanceNormKernel;
import dev.swath.kernels.Slice;
import dev.swath.tensor.Tensor;

/**
 * {@code instance_norm}: standardises each channel of each sample over its cells with the biased variance; no scale, no
 * shift, no running statistics (Ulyanov et al. 2016). There must be more than one cell.
 */
public final class InstanceNorm {
    private static final String OP = "instance_norm";

    private InstanceNorm() {}

    /** (B, L, C) to (B, L, C). */
    public static Var apply(Tape tape, Var x, double eps) {
        Ops.requireRank(tape, OP, "x", x, 3);
        int batch = x.dim(0);
        int length = x.dim(1);
        int channels = x.dim(2);
        Ops.require(tape, length > 1, OP, "there must be more than one cell, or all values become zero", x);
        Operands operands = Operands.of(tape, OP, "x", x);
        InstanceNormKernel kernel = operands.kernel(InstanceNormKernel.class);
        Tensor in = Ops.dense(tape, x);
        Tensor y = tape.allocate(x.dtype(), x.shape());
        boolean records = tape.records(x);
        Tensor mean = records ? tape.allocate(operands.savedType(), batch, channels) : null;
        Tensor rstd = records ? tape.allocate(operands.savedType(), batch, channels) : null;
        kernel.forward(
                Slice.of(y),
                Ops.slice(mean),
                Ops.slice(rstd),
                Slice.of(in),
                eps,
                batch,
                length,
                channels,
                tape.execution());
        tape.describe(() -> OpDetails.of("x", x).setting("eps", eps));
        return tape.record(
                OP,
                y,
                6L * batch * length * channels,
                (dy, g) -> kernel.backward(
                        Slice.of(g.overwrite(0)),
                        Slice.of(dy),
                        Slice.of(in),
                        Ops.some(mean),
                        Ops.some(rstd),
                        batch,
                        length,
                        channels,
                        tape.execution()),
                x);
    }

    /** The same from primitive ops. */
    public static Var composed(Tape tape, Var x, double eps) {
        Var centred = Compositions.centred(tape, x, 1);
        return Compositions.scaled(tape, centred, Compositions.variance(tape, centred, 1), eps);
    }
}
