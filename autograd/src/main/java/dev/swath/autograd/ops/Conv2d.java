package dev.swath.autograd.ops;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Activation;
import dev.swath.kernels.Conv2dKernel;
import dev.swath.kernels.Conv2dKernel.Geometry;
import dev.swath.kernels.Slice;
import dev.swath.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code conv2d}: y = f(cross-correlation of x with the weight + bias), zero padding, channels-last maps. Several inputs
 * count as concatenated along the channels.
 */
public final class Conv2d {
    private static final String OP = "conv2d";

    private Conv2d() {}

    /**
     * @param inputs maps (B, H, W, Ci)
     * @param weight (O, sum of Ci, k, k), or packed for inference
     * @param bias (O) or null
     * @param f applied last
     * @return (B, outH, outW, O)
     */
    public static Var apply(
            Tape tape, List<Var> inputs, Var weight, @Nullable Var bias, Activation f, int stride, int padding) {
        Ops.requireRank(tape, OP, "weight", weight, 4);
        for (Var v : inputs) {
            Ops.requireRank(tape, OP, "each input", v, 4);
        }
        Var first = inputs.getFirst();
        boolean records = tape.records(inputs.toArray(Var[]::new)) || tape.records(weight, bias);
        if (records && (inputs.size() > 1 || f != Activation.IDENTITY)) {
            return composed(tape, inputs, weight, bias, f, stride, padding);
        }
        int channels = 0;
        for (Var v : inputs) {
            Ops.requireShape(
                    tape,
                    OP,
                    "each input",
                    v,
                    "batch, height and width of the first",
                    first,
                    first.dim(0),
                    first.dim(1),
                    first.dim(2),
                    v.dim(3));
            channels += v.dim(3);
        }
        Geometry g = new Geometry(
                first.dim(0), first.dim(1), first.dim(2), channels, weight.dim(0), weight.dim(2), stride, padding);
        Ops.requireShape(
                tape,
                OP,
                "weight",
                weight,
                "output channels, input channels, square kernel",
                first,
                g.out(),
                channels,
                g.kernel(),
                g.kernel());
        Ops.require(tape, g.outHeight() > 0 && g.outWidth() > 0, OP, "the kernel must fit into the padded map", first);
        if (bias != null) {
            Ops.requireShape(tape, OP, "bias", bias, "output channels", first, g.out());
        }
        if (records) {
            Ops.requireUnpacked(tape, OP, weight);
        }
        Tensor[] in = new Tensor[inputs.size()];
        Slice[] slices = new Slice[in.length];
        int[] widths = new int[in.length];
        for (int i = 0; i < in.length; i++) {
            in[i] = Ops.dense(tape, inputs.get(i));
            slices[i] = Slice.of(in[i]);
            widths[i] = in[i].dim(3);
        }
        Conv2dKernel kernel = tape.kernel(Conv2dKernel.class, first.dtype());
        Slice w = Slice.of(weight.value());
        Tensor y = tape.allocate(first.dtype(), g.batch(), g.outHeight(), g.outWidth(), g.out());
        kernel.forward(Slice.of(y), slices, widths, w, Ops.slice(bias), f, g, tape.parallelism());
        if (!records) {
            return tape.record(OP, y, g.flops(), null);
        }
        return tape.record(
                OP,
                y,
                g.flops(),
                (dy, into) -> {
                    if (into.wants(0)) {
                        kernel.backwardInput(Slice.of(into.overwrite(0)), Slice.of(dy), w, g, tape.parallelism());
                    }
                    if (into.wants(1) || into.wants(2)) {
                        Tensor dWeight = into.wants(1) ? into.accumulate(1) : Tensor.zeros(dy.dtype(), weight.shape());
                        Tensor dBias = into.wants(2) ? into.accumulate(2) : null;
                        kernel.backwardWeight(
                                Slice.of(dWeight), Ops.slice(dBias), Slice.of(dy), slices[0], g, tape.parallelism());
                    }
                },
                first,
                weight,
                bias);
    }

    /** The same with the concatenation and f as ops of their own. */
    public static Var composed(
            Tape tape, List<Var> inputs, Var weight, @Nullable Var bias, Activation f, int stride, int padding) {
        Var whole = inputs.size() == 1 ? inputs.getFirst() : Concat.apply(tape, 3, inputs.toArray(Var[]::new));
        Var y = apply(tape, List.of(whole), weight, bias, Activation.IDENTITY, stride, padding);
        return f == Activation.IDENTITY ? y : Unary.apply(tape, y, f);
    }
}
