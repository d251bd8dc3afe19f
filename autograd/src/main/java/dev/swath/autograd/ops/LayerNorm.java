package dev.swath.autograd.ops;

import dev.swath.autograd.OpDetails;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.LayerNormKernel;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * {@code layer_norm}: y = (x - mean) / sqrt(variance + eps) * weight + bias over the last axis, with the biased variance
 * (Ba, Kiros, Hinton 2016).
 */
public final class LayerNorm {
    private static final String OP = "layer_norm";

    private LayerNorm() {}

    /** With a result of the type of x. */
    public static Var apply(Tape tape, Var x, Var weight, Var bias, double eps) {
        return apply(tape, x, weight, bias, eps, x.dtype());
    }

    /**
     * @param x (..., C)
     * @param weight (C)
     * @param bias (C)
     * @param type of the result
     * @return (..., C)
     */
    public static Var apply(Tape tape, Var x, Var weight, Var bias, double eps, DType type) {
        int columns = x.dim(-1);
        Ops.requireShape(tape, OP, "weight", weight, "last axis of x", x, columns);
        Ops.requireShape(tape, OP, "bias", bias, "last axis of x", x, columns);
        int rows = Ops.rows(x);
        Operands operands = Operands.of(tape, OP, "x", x)
                .parameter("weight", weight)
                .parameter("bias", bias)
                .to(type);
        LayerNormKernel kernel = operands.kernel(LayerNormKernel.class);
        Tensor in = Ops.dense(tape, x);
        Tensor y = tape.allocate(type, x.shape());
        boolean records = tape.records(x, weight, bias);
        Tensor mean = records ? tape.allocate(operands.savedType(), rows) : null;
        Tensor rstd = records ? tape.allocate(operands.savedType(), rows) : null;
        Slice w = Slice.of(Ops.dense(tape, weight));
        kernel.forward(
                Slice.of(y),
                Ops.slice(mean),
                Ops.slice(rstd),
                Slice.of(in),
                w,
                Slice.of(Ops.dense(tape, bias)),
                eps,
                rows,
                columns,
                tape.execution());
        tape.describe(() ->
                OpDetails.of("x", x).input("weight", weight).input("bias", bias).setting("eps", eps));
        return tape.record(
                OP,
                y,
                8L * rows * columns,
                (dy, g) -> {
                    @Nullable Tensor dx = g.wants(0) ? g.overwrite(0) : null;
                    @Nullable Tensor dWeight = g.wants(1) ? g.accumulate(1) : null;
                    @Nullable Tensor dBias = g.wants(2) ? g.accumulate(2) : null;
                    kernel.backward(
                            Ops.slice(dx),
                            Ops.slice(dWeight),
                            Ops.slice(dBias),
                            Slice.of(dy),
                            Slice.of(in),
                            w,
                            Ops.some(mean),
                            Ops.some(rstd),
                            rows,
                            columns,
                            tape.execution());
                },
                x,
                weight,
                bias);
    }

    /** The same from primitive ops. */
    public static Var composed(Tape tape, Var x, Var weight, Var bias, double eps) {
        Var centred = Compositions.centred(tape, x, -1);
        Var standard = Compositions.scaled(tape, centred, Compositions.variance(tape, centred, -1), eps);
        return Binary.add(tape, Binary.mul(tape, standard, weight), bias);
    }
}
