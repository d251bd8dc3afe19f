package dev.swath.nn;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Precision;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;

/**
 * y = (x - mean) / sqrt(variance + eps) weight + bias over the last axis, with the biased variance (Ba, Kiros, Hinton
 * 2016). With x = (1, 3): mean 2, variance 1, so y is nearly (-1, 1) before weight and bias.
 */
public final class LayerNorm extends Module {
    private final Parameter weight;
    private final Parameter bias;
    private final double eps;

    /** For the last axis of {@code size} elements; weight 1, bias 0. */
    public LayerNorm(int size, double eps) {
        this.eps = eps;
        this.weight = parameter("weight", Shape.of(size), Init.constant(1));
        this.bias = parameter("bias", Shape.of(size), Init.constant(0));
    }

    /** (..., size) to (..., size). */
    public Var forward(Tape tape, Var x) {
        return forward(tape, x, x.dtype());
    }

    /** The same of another element type: of a sum over many layers for what is computed of it, {@link Precision#activations}. */
    public Var forward(Tape tape, Var x, DType type) {
        return call(tape, () -> dev.swath.autograd.ops.LayerNorm.apply(tape, x, weight, bias, eps, type));
    }
}
