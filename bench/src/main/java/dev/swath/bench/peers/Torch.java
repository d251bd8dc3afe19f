package dev.swath.bench.peers;

import java.util.function.Supplier;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongArrayRef;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The functions of libtorch that the network needs, under one name each and with Java's types. */
final class Torch {
    private Torch() {}

    /**
     * Runs a part of the network and frees every tensor that it made, except its result, which then belongs to the
     * enclosing scope if there is one.
     */
    static Tensor scoped(Supplier<Tensor> part) {
        Tensor result = owned(part);
        PointerScope outer = PointerScope.getInnerScope();
        if (outer != null) {
            outer.attach(result);
            result.releaseReference();
        }
        return result;
    }

    /** Like {@link #scoped}, but the result belongs to no scope: the caller closes it. */
    static Tensor owned(Supplier<Tensor> part) {
        try (PointerScope _ = new PointerScope()) {
            Tensor result = part.get();
            result.retainReference();
            return result;
        }
    }

    /** A contiguous tensor from the values of an array. */
    static Tensor of(float[] values, torch.ScalarType type, long... shape) {
        return Tensor.create(values, shape).to(type);
    }

    /** A contiguous tensor from the values of an array. */
    static Tensor of(double[] values, torch.ScalarType type, long... shape) {
        return Tensor.create(values, shape).to(type);
    }

    static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        return torch.linear(x, weight, new TensorOptional(bias));
    }

    static Tensor linear(Tensor x, Tensor weight) {
        return torch.linear(x, weight);
    }

    static Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, double eps) {
        return torch.layer_norm(
                x, new long[] {weight.numel()}, new TensorOptional(weight), new TensorOptional(bias), eps, true);
    }

    /** Instance norm without parameters; statistics of each (sample, channel) row. */
    static Tensor instanceNorm(Tensor x) {
        return torch.instance_norm(
                x,
                new TensorOptional(),
                new TensorOptional(),
                new TensorOptional(),
                new TensorOptional(),
                true,
                0.1,
                1e-5,
                true);
    }

    static Tensor batchNorm(Tensor x, Tensor weight, Tensor bias, Tensor mean, Tensor variance, boolean training) {
        return torch.batch_norm(
                x,
                new TensorOptional(weight),
                new TensorOptional(bias),
                new TensorOptional(mean),
                new TensorOptional(variance),
                training,
                0.1,
                1e-5,
                true);
    }

    /** Two-dimensional convolution without bias, in as many groups as the kernel's channels go into the map's. */
    static Tensor conv2d(Tensor x, Tensor weight, int stride, int padding) {
        return conv2d(x, weight, new TensorOptional(), stride, padding);
    }

    /** The same with bias. */
    static Tensor conv2d(Tensor x, Tensor weight, Tensor bias, int stride, int padding) {
        return conv2d(x, weight, new TensorOptional(bias), stride, padding);
    }

    private static Tensor conv2d(Tensor x, Tensor weight, TensorOptional bias, int stride, int padding) {
        long groups = x.size(1) / weight.size(1);
        long[] dilation = {1, 1};
        return torch.conv2d(
                x, weight, bias, new long[] {stride, stride}, new long[] {padding, padding}, dilation, groups);
    }

    /** Convolution over one axis with kernel 1. */
    static Tensor pointwise(Tensor x, Tensor weight, Tensor bias) {
        long[] zero = {0};
        long[] one = {1};
        return torch.conv1d(x, weight, new TensorOptional(bias), one, zero, one, 1);
    }

    static Tensor resize(Tensor x, long height, long width, boolean alignCorners) {
        LongPointer sizes = new LongPointer(height, width);
        return torch.upsample_bilinear2d(
                x, new LongArrayRef(sizes, 2), alignCorners, new DoubleOptional(), new DoubleOptional());
    }

    /** Exact, with the error function. */
    static Tensor gelu(Tensor x) {
        return torch.gelu(x, "none");
    }

    static Tensor cat(int axis, Tensor... parts) {
        return torch.cat(new TensorVector(parts), axis);
    }

    /** Zeros at the right and bottom of the last two axes. */
    static Tensor padRightBottom(Tensor x, long right, long bottom) {
        return torch.constant_pad_nd(x, 0, right, 0, bottom);
    }

    static Tensor scale(Tensor x, double factor) {
        return x.mul(new Scalar(factor));
    }

    static Tensor shift(Tensor x, double term) {
        return x.add(new Scalar(term), new Scalar(1.0));
    }

    /** Mean over the pixels of a map (B,C,H,W): (B,C). */
    static Tensor meanOfPixels(Tensor map) {
        return map.mean(new long[] {2, 3}, false, new ScalarTypeOptional());
    }

    static Tensor hardSwish(Tensor x) {
        return torch.hardswish(x);
    }

    /** A map (B,C,H,W) as its cells (B,L,C). */
    static Tensor cells(Tensor map) {
        return map.flatten(2, 3).permute(0, 2, 1);
    }

    /** Cells (B,L,C) as a contiguous map (B,C,H,W). */
    static Tensor map(Tensor cells, long height, long width) {
        return cells.permute(0, 2, 1)
                .reshape(cells.size(0), cells.size(2), height, width)
                .contiguous();
    }

    static Tensor mean(Tensor x, int axis, boolean keepAxis) {
        return x.mean(new long[] {axis}, keepAxis, new ScalarTypeOptional());
    }

    static Tensor max(Tensor x, int axis, boolean keepAxis) {
        return x.amax(new long[] {axis}, keepAxis);
    }

    static Tensor softmax(Tensor x) {
        return torch.softmax(x, -1);
    }
}
