package dev.swath.autograd.ops;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.BatchNormKernel;
import dev.swath.kernels.Slice;
import dev.swath.tensor.Device;
import dev.swath.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * {@code batch_norm}: standardises each channel, scales and shifts (Ioffe, Szegedy 2015). In training mode by the
 * statistics of the batch, which also move the running ones: running = (1 - momentum) running + momentum batch, with the
 * unbiased variance; else by the running ones.
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
     * @return (..., C)
     */
    public static Var apply(
            Tape tape,
            Var x,
            Var weight,
            Var bias,
            Tensor runningMean,
            Tensor runningVariance,
            double momentum,
            double eps) {
        int channels = x.dim(-1);
        Ops.requireShape(tape, OP, "weight", weight, "last axis of x", x, channels);
        Ops.requireShape(tape, OP, "bias", bias, "last axis of x", x, channels);
        int rows = Ops.rows(x);
        boolean batch = tape.training();
        Ops.require(tape, !batch || rows > 1, OP, "in training there must be more than one value a channel", x);
        BatchNormKernel kernel = tape.kernel(BatchNormKernel.class, x.dtype());
        Tensor in = Ops.dense(tape, x);
        Tensor mean = batch ? tape.allocate(x.dtype(), channels) : runningMean.to(x.dtype());
        Tensor variance = batch ? tape.allocate(x.dtype(), channels) : runningVariance.to(x.dtype());
        if (batch) {
            kernel.statistics(Slice.of(mean), Slice.of(variance), Slice.of(in), rows, channels, tape.parallelism());
            if (!tape.replaying() && mean.device().kind() != Device.Kind.META) {
                move(runningMean, mean, momentum, 1);
                move(runningVariance, variance, momentum, (double) rows / (rows - 1));
            }
        }
        Tensor y = tape.allocate(x.dtype(), x.shape());
        Slice w = Slice.of(weight.value());
        kernel.forward(
                Slice.of(y),
                Slice.of(in),
                Slice.of(mean),
                Slice.of(variance),
                w,
                Slice.of(bias.value()),
                eps,
                rows,
                channels,
                tape.parallelism());
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
                            eps,
                            batch,
                            rows,
                            channels,
                            tape.parallelism());
                },
                x,
                weight,
                bias);
    }

    private static void move(Tensor running, Tensor batch, double momentum, double correction) {
        for (int c = 0; c < running.dim(0); c++) {
            running.set((1 - momentum) * running.get(c) + momentum * correction * batch.get(c), c);
        }
    }
}
