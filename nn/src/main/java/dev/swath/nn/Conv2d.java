package dev.swath.nn;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Activation;
import dev.swath.kernels.Conv2dKernel;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Two-dimensional cross-correlation with zero padding on channels-last maps. The weight is (out, in, kernel, kernel);
 * side after the layer: (side + 2 padding - kernel) / stride + 1, rounded down.
 */
public final class Conv2d extends Module {
    private final Parameter weight;
    private final @Nullable Parameter bias;
    private final int stride;
    private final int padding;

    /** With weight and bias uniform in +-1/sqrt(in kernel^2). */
    public Conv2d(int in, int out, int kernel, int stride, int padding, boolean bias) {
        this.stride = stride;
        this.padding = padding;
        Init init = Init.uniform(in * kernel * kernel);
        this.weight = parameter("weight", Shape.of(out, in, kernel, kernel), init, (backend, w) -> backend.kernel(
                        Conv2dKernel.class, DType.F32)
                .pack(Slice.of(w), out, in, kernel, stride));
        this.bias = bias ? parameter("bias", Shape.of(out), init) : null;
    }

    /** (B, H, W, in) to (B, H', W', out). */
    public Var forward(Tape tape, Var x) {
        return forward(tape, List.of(x), Activation.IDENTITY);
    }

    /** f of the convolution of several maps that count as concatenated along the channels. */
    public Var forward(Tape tape, List<Var> maps, Activation f) {
        return call(tape, () -> dev.swath.autograd.ops.Conv2d.apply(tape, maps, weight, bias, f, stride, padding));
    }
}
