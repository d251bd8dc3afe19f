package dev.swath.nn;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Linear;
import dev.swath.autograd.ops.Reshape;
import dev.swath.kernels.Activation;
import dev.swath.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * A 1x1 convolution over the channels of a channels-last map or token sequence: the same product at every cell. Its
 * weight keeps the published shape (out, in, 1) or (out, in, 1, 1).
 */
public final class Pointwise extends Module {
    private final Parameter weight;
    private final @Nullable Parameter bias;
    private final int in;
    private final int out;

    /** {@code axes} is 1 or 2, as the published layer is a 1-d or 2-d convolution. */
    public Pointwise(int in, int out, int axes) {
        this(in, out, axes, Init.uniform(in), Init.uniform(in));
    }

    /** With first values drawn so; without a bias if {@code bias} is null. */
    public Pointwise(int in, int out, int axes, Init weight, @Nullable Init bias) {
        this.in = in;
        this.out = out;
        Shape shape = axes == 1 ? Shape.of(out, in, 1) : Shape.of(out, in, 1, 1);
        this.weight = parameter("weight", shape, weight, dev.swath.nn.Linear.PACKER);
        this.bias = bias == null ? null : parameter("bias", Shape.of(out), bias, dev.swath.nn.Linear.BIAS_PACKER);
    }

    /** (..., in) to (..., out). */
    public Var forward(Tape tape, Var x) {
        return forward(tape, x, Activation.IDENTITY, null);
    }

    /** f(x W^T + bias) + residual in one pass over the result. */
    public Var forward(Tape tape, Var x, Activation f, @Nullable Var residual) {
        return call(tape, () -> Linear.apply(tape, x, Reshape.apply(tape, weight, out, in), bias, f, residual));
    }
}
