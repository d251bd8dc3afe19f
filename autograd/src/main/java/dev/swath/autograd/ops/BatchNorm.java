package dev.swath.autograd.ops;

import dev.swath.autograd.OpDetails;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Activation;
import dev.swath.kernels.BatchNormKernel;
import dev.swath.kernels.Slice;
import dev.swath.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * {@code batch_norm}: standardises each channel, scales and shifts (Ioffe, Szegedy 2015). In training mode by the
 * statistics of the batch, which also move the running ones: running = (1 - momentum) running + momentum batch, with the
 * unbiased variance; else by the running ones. ReLU behind it costs nothing more.
 */
public final class BatchNorm {
    private static final String OP = "batch_norm";

    private BatchNorm() {}

    /**
     * @param x (..., C)
     * @param weight (C)
     * @param bias (C)
     * @param runningMean (C), written in training mode
     * @param runningVariance (C), written in training mode
     * @param batches how many batches have moved them, i64 (1 element), += 1 in training mode; or null
     * @param f what is done with the result in the same pass over it, {@link Activation#RELU}, or nothing
     * @return (..., C)
     */
    public static Var apply(
            Tape tape,
            Var x,
            Var weight,
            Var bias,
            Tensor runningMean,
            Tensor runningVariance,
            @Nullable Tensor batches,
            double momentum,
            double eps,
            Activation f) {
        int channels = x.dim(-1);
        Ops.requireShape(tape, OP, "weight", weight, "last axis of x", x, channels);
        Ops.requireShape(tape, OP, "bias", bias, "last axis of x", x, channels);
        Ops.require(
                tape,
                f == Activation.IDENTITY || f == Activation.RELU,
                OP,
                "the function behind it must be relu or none",
                x);
        int rows = Ops.rows(x);
        boolean batch = tape.training();
        Ops.require(tape, !batch || rows > 1, OP, "in training there must be more than one value a channel", x);
        Operands operands = Operands.of(tape, OP, "x", x)
                .parameter("weight", weight)
                .parameter("bias", bias)
                .saved("runningMean", runningMean)
                .saved("runningVariance", runningVariance);
        BatchNormKernel kernel = operands.kernel(BatchNormKernel.class);
        Tensor in = Ops.dense(tape, x);
        Tensor mean = batch ? tape.allocate(operands.savedType(), channels) : runningMean;
        Tensor variance = batch ? tape.allocate(operands.savedType(), channels) : runningVariance;
        if (batch) {
            kernel.statistics(Slice.of(mean), Slice.of(variance), Slice.of(in), rows, channels, tape.execution());
            if (!tape.replaying()) {
                kernel.track(
                        Slice.of(runningMean),
                        Slice.of(runningVariance),
                        Ops.slice(batches),
                        Slice.of(mean),
                        Slice.of(variance),
                        momentum,
                        rows,
                        channels,
                        tape.execution());
            }
        }
        Tensor y = tape.allocate(x.dtype(), x.shape());
        Slice w = Slice.of(Ops.dense(tape, weight));
        Slice shift = Slice.of(Ops.dense(tape, bias));
        kernel.forward(
                Slice.of(y),
                Slice.of(in),
                Slice.of(mean),
                Slice.of(variance),
                w,
                shift,
                eps,
                f,
                rows,
                channels,
                tape.execution());
        tape.describe(() -> OpDetails.of("x", x)
                .input("weight", weight)
                .input("bias", bias)
                .input("mean", mean)
                .input("variance", variance)
                .setting("eps", eps)
                .setting("f", f));
        return tape.record(
                OP,
                y,
                4L * rows * channels,
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
                            Slice.of(mean),
                            Slice.of(variance),
                            w,
                            shift,
                            eps,
                            f,
                            batch,
                            rows,
                            channels,
                            tape.execution());
                },
                x,
                weight,
                bias);
    }

    /** The same from primitive ops; the running statistics are read but stay. */
    public static Var composed(
            Tape tape,
            Var x,
            Var weight,
            Var bias,
            Tensor runningMean,
            Tensor runningVariance,
            double eps,
            Activation f) {
        int rows = Ops.rows(x);
        Var table = Reshape.apply(tape, x, rows, x.dim(-1));
        Var centred;
        Var variance;
        if (tape.training()) {
            centred = Compositions.centred(tape, table, 0);
            variance = Compositions.variance(tape, centred, 0);
        } else {
            centred = Binary.sub(tape, table, tape.constant(runningMean.to(x.dtype())));
            variance = tape.constant(runningVariance.to(x.dtype()));
        }
        Var y = Compositions.scaled(tape, centred, variance, eps);
        y = Binary.add(tape, Binary.mul(tape, y, weight), bias);
        y = Reshape.apply(tape, y, x.shape().dims());
        return f == Activation.IDENTITY ? y : Unary.apply(tape, y, f);
    }
}
