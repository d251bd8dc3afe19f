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
 * Two-dimensional cross-correlation with zero padding on channels-last maps. The weight is (out, in / groups, kernel,
 * kernel); side after the layer: (side + 2 padding - dilation (kernel - 1) - 1) / stride + 1, rounded down.
 */
public final class Conv2d extends Module {
    private final Parameter weight;
    private final @Nullable Parameter bias;
    private final int stride;
    private final int padding;
    private final int groups;
    private final int dilation;

    /** In one group, without dilation; weight and bias uniform in +-1/sqrt(in kernel^2). */
    public Conv2d(int in, int out, int kernel, int stride, int padding, boolean bias) {
        this(in, out, kernel, stride, padding, 1, 1, bias);
    }

    /**
     * With weight and bias uniform in +-1/sqrt(in / groups kernel^2).
     *
     * @param groups parts into which input and output channels fall, each of which sees its own only; {@code in} for a
     *     depthwise convolution
     * @param dilation distance between neighbouring taps, 1 for none left out
     */
    public Conv2d(int in, int out, int kernel, int stride, int padding, int groups, int dilation, boolean bias) {
        this(
                in,
                out,
                kernel,
                stride,
                padding,
                groups,
                dilation,
                bias,
                Init.uniform(in / Math.max(1, groups) * kernel * kernel));
    }

    /** With the first values of weight and bias drawn by {@code init}. */
    public Conv2d(
            int in, int out, int kernel, int stride, int padding, int groups, int dilation, boolean bias, Init init) {
        if (groups < 1 || in % groups != 0 || out % groups != 0) {
            throw new ModuleException("[conv2d] input and output channels must be multiples of the " + groups
                    + " groups; got " + in + " and " + out + " channels");
        }
        this.stride = stride;
        this.padding = padding;
        this.groups = groups;
        this.dilation = dilation;
        Shape shape = Shape.of(out, in / groups, kernel, kernel);
        this.weight = parameter("weight", shape, init, (backend, w) -> backend.kernel(Conv2dKernel.class, DType.F32)
                .pack(Slice.of(w), out, in, kernel, stride, groups, dilation));
        this.bias = bias ? parameter("bias", Shape.of(out), init, Linear.BIAS_PACKER) : null;
    }

    /** (B, H, W, in) to (B, H', W', out). */
    public Var forward(Tape tape, Var x) {
        return forward(tape, List.of(x), Activation.IDENTITY);
    }

    /** f of the convolution of several maps that count as concatenated along the channels. */
    public Var forward(Tape tape, List<Var> maps, Activation f) {
        return call(
                tape,
                () -> dev.swath.autograd.ops.Conv2d.apply(
                        tape, maps, weight, bias, f, stride, padding, groups, dilation));
    }
}
