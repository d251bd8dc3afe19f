package dev.swath.autograd.ops;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Activation;
import dev.swath.kernels.Conv2dKernel.Geometry;
import dev.swath.kernels.Conv2dKernel;
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
            return unfused(tape, inputs, weight, bias, f, stride, padding);
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
        Conv2dKernel kernel = Operands.of(tape, OP, "each input", inputs)
                .parameter("weight", weight)
                .parameter("bias", bias)
                .kernel(Conv2dKernel.class);
        Slice w = Slice.of(Ops.dense(tape, weight));
        Tensor y = tape.allocate(first.dtype(), g.batch(), g.outHeight(), g.outWidth(), g.out());
        kernel.forward(Slice.of(y), slices, widths, w, Ops.slice(tape, bias), f, g, tape.execution());
        if (!records) {
            return tape.record(OP, y, g.flops(), null);
        }
        return tape.record(
                OP,
                y,
                g.flops(),
                (dy, into) -> {
                    if (into.wants(0)) {
                        kernel.backwardInput(Slice.of(into.overwrite(0)), Slice.of(dy), w, g, tape.execution());
                    }
                    if (into.wants(1) || into.wants(2)) {
                        Tensor dWeight = into.wants(1) ? into.accumulate(1) : tape.allocate(weight.dtype(), weight.shape());
                        Tensor dBias = into.wants(2) ? into.accumulate(2) : null;
                        kernel.backwardWeight(
                                Slice.of(dWeight), Ops.slice(dBias), Slice.of(dy), slices[0], g, tape.execution());
                    }
                },
                first,
                weight,
                bias);
    }

    /** The same with the concatenation and f as ops of their own, each of which keeps what its gradient needs. */
    private static Var unfused(
            Tape tape, List<Var> inputs, Var weight, @Nullable Var bias, Activation f, int stride, int padding) {
        Var y = apply(tape, List.of(whole(tape, inputs)), weight, bias, Activation.IDENTITY, stride, padding);
        return f == Activation.IDENTITY ? y : Unary.apply(tape, y, f);
    }

    private static Var whole(Tape tape, List<Var> inputs) {
        return inputs.size() == 1 ? inputs.getFirst() : Concat.apply(tape, 3, inputs.toArray(Var[]::new));
    }

    /** The same from primitive ops: the patch under each output cell becomes a row, and the rows go through a product. */
    public static Var composed(
            Tape tape, List<Var> inputs, Var weight, @Nullable Var bias, Activation f, int stride, int padding) {
        Var x = whole(tape, inputs);
        int side = weight.dim(2);
        int height = (x.dim(1) + 2 * padding - side) / stride + 1;
        int width = (x.dim(2) + 2 * padding - side) / stride + 1;
        // Room for a whole step at the last output cell too, so that steps can be cut off by a reshape.
        int bottom = Math.max(2 * padding, side - 1 + height * stride - x.dim(1));
        int right = Math.max(2 * padding, side - 1 + width * stride - x.dim(2));
        Var padded = Roll.apply(tape, Pad.apply(tape, x, bottom, right), padding, padding);
        Var[] taps = new Var[side * side];
        for (int i = 0; i < taps.length; i++) {
            int top = i / side;
            int left = i % side;
            Var part = Narrow.apply(tape, padded, 1, top, top + height * stride);
            part = Narrow.apply(tape, part, 2, left, left + width * stride);
            part = Reshape.apply(tape, part, x.dim(0), height, stride, width, stride, x.dim(3));
            part = Narrow.apply(tape, Narrow.apply(tape, part, 2, 0, 1), 4, 0, 1);
            taps[i] = Reshape.apply(tape, part, x.dim(0), height, width, x.dim(3));
        }
        Var rows = Concat.apply(tape, 3, taps);
        Var matrix = Reshape.apply(tape, Permute.apply(tape, weight, 0, 2, 3, 1), weight.dim(0), -1);
        return Linear.composed(tape, rows, matrix, bias, f, null);
    }
}
