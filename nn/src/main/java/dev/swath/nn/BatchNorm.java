package dev.swath.nn;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Activation;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;

/**
 * Standardises each channel of a channels-last map, then scales and shifts (Ioffe, Szegedy 2015): in training by the
 * batch's statistics, which also move the running ones with momentum 0.1, else by the running ones.
 */
public final class BatchNorm extends Module {
    private static final double EPS = 1e-5;
    private static final double MOMENTUM = 0.1;

    private final Parameter weight;
    private final Parameter bias;
    private final Buffer runningMean;
    private final Buffer runningVariance;
    private final Buffer batches;

    /** Weight 1, bias 0, running mean 0, running variance 1. */
    public BatchNorm(int channels) {
        this.weight = parameter("weight", Shape.of(channels), Init.constant(1));
        this.bias = parameter("bias", Shape.of(channels), Init.constant(0));
        this.runningMean = buffer("running_mean", Tensor.zeros(channels));
        Tensor ones = Tensor.zeros(channels);
        ones.copyFrom(Tensor.scalar(1).expand(ones.shape()));
        this.runningVariance = buffer("running_var", ones);
        this.batches = buffer("num_batches_tracked", Tensor.zeros(DType.I64, Shape.of()));
    }

    /** (..., C) to (..., C). */
    public Var forward(Tape tape, Var x) {
        return forward(tape, x, Activation.IDENTITY);
    }

    /** The same with ReLU behind it, in one pass over the map, or without. */
    public Var forward(Tape tape, Var x, Activation f) {
        return call(
                tape,
                () -> dev.swath.autograd.ops.BatchNorm.apply(
                        tape,
                        x,
                        weight,
                        bias,
                        runningMean.value(),
                        runningVariance.value(),
                        batches.value(),
                        MOMENTUM,
                        EPS,
                        f));
    }
}
