package dev.swath.nn;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Activation;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Fully connected layer: y = x W^T + bias over the last axis. W has shape (out, in), bias (out); with x = (1, 2),
 * W = ((3, 4)) and bias = (5), y = 3 + 8 + 5 = 16.
 */
public final class Linear extends Module {
    static final Parameter.Packer PACKER = (backend, weight) -> backend.kernel(GemmKernel.class, DType.F32)
            .pack(Slice.of(weight), weight.dim(0), Math.toIntExact(weight.elements() / Math.max(1, weight.dim(0))));

    static final Parameter.Packer BIAS_PACKER = (backend, bias) ->
            backend.kernel(GemmKernel.class, DType.F32).packBias(Slice.of(bias), Math.toIntExact(bias.elements()));

    private final Parameter weight;
    private final @Nullable Parameter bias;

    /** With weights drawn from the truncated normal of deviation 0.02 and, if wanted, a bias of 0. */
    public Linear(int in, int out, boolean bias) {
        this(in, out, Init.truncatedNormal(0.02), bias ? Init.constant(0) : null);
    }

    /** With first values drawn so; without a bias if {@code bias} is null. */
    public Linear(int in, int out, Init weight, @Nullable Init bias) {
        this.weight = parameter("weight", Shape.of(out, in), weight, PACKER);
        this.bias = bias == null ? null : parameter("bias", Shape.of(out), bias, BIAS_PACKER);
    }

    /** (..., in) to (..., out). */
    public Var forward(Tape tape, Var x) {
        return forward(tape, x, Activation.IDENTITY, null);
    }

    /** f(x W^T + bias) + residual in one pass over the result. */
    public Var forward(Tape tape, Var x, Activation f, @Nullable Var residual) {
        return call(tape, () -> dev.swath.autograd.ops.Linear.apply(tape, x, weight, bias, f, residual));
    }

    /** The weight (out, in). */
    public Parameter weight() {
        return weight;
    }

    /** The bias (out); throws if the layer has none. */
    public Parameter bias() {
        if (bias == null) {
            throw new ModuleException("[linear] this layer has no bias");
        }
        return bias;
    }
}
