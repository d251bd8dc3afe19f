package dev.swath.autograd.ops;

import dev.swath.autograd.OpDetails;
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
 * {@code conv2d}: y = f(cross-correlation of x with the weight + bias), zero padding, channels-last maps, in groups
 * of channels and with holes between the taps (dilation) if wanted. Several inputs count as concatenated along the
 * channels.
 */
public final class Conv2d {
    private static final String OP = "conv2d";

    private Conv2d() {}

    /** In one group, without dilation. */
    public static Var apply(
            Tape tape, List<Var> inputs, Var weight, @Nullable Var bias, Activation f, int stride, int padding) {
        return apply(tape, inputs, weight, bias, f, stride, padding, 1, 1);
    }

    /**
     * @param inputs maps (B, H, W, Ci)
     * @param weight (O, sum of Ci / groups, k, k), or packed for inference
     * @param bias (O) or null
     * @param f applied last
     * @param groups parts into which the channels of input and output fall, each of which sees its own only
     * @param dilation distance between neighbouring taps
     * @return (B, outH, outW, O)
     */
    public static Var apply(
            Tape tape,
            List<Var> inputs,
            Var weight,
            @Nullable Var bias,
            Activation f,
            int stride,
            int padding,
            int groups,
            int dilation) {
        Operands operands = Operands.of(tape, OP, "each input", inputs)
                .parameter("weight", weight)
                .parameter("bias", bias);
        Geometry g = geometry(tape, inputs, weight, bias, stride, padding, groups, dilation);
        boolean records = tape.records(inputs.toArray(Var[]::new)) || tape.records(weight, bias);
        // With a gradient to come, concatenation and f are ops of their own, each of which keeps what its gradient
        // needs.
        boolean split = f != Activation.IDENTITY && (records || !f.isEpilogue());
        if (inputs.size() > 1 && (records || groups > 1) || split) {
            Activation inside = split ? Activation.IDENTITY : f;
            List<Var> one = List.of(whole(tape, inputs));
            Var y = apply(tape, one, weight, bias, inside, stride, padding, groups, dilation);
            return split ? Unary.apply(tape, y, f) : y;
        }
        if (records) {
            Ops.requireUnpacked(tape, OP, weight);
        }
        Slice[] in = new Slice[inputs.size()];
        int[] widths = new int[in.length];
        for (int i = 0; i < in.length; i++) {
            in[i] = Slice.of(Ops.dense(tape, inputs.get(i)));
            widths[i] = inputs.get(i).dim(3);
        }
        Conv2dKernel kernel = operands.kernel(Conv2dKernel.class);
        Slice w = Slice.of(Ops.dense(tape, weight));
        Tensor y = tape.allocate(inputs.getFirst().dtype(), g.batch(), g.outHeight(), g.outWidth(), g.out());
        kernel.forward(Slice.of(y), in, widths, w, Ops.slice(tape, bias), f, g, tape.execution());
        tape.describe(() -> OpDetails.of("x", inputs)
                .input("weight", weight)
                .input("bias", bias)
                .setting("f", f)
                .setting("stride", stride)
                .setting("padding", padding)
                .setting("groups", groups)
                .setting("dilation", dilation));
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
                        Tensor dWeight =
                                into.wants(1) ? into.accumulate(1) : tape.allocate(weight.dtype(), weight.shape());
                        Tensor dBias = into.wants(2) ? into.accumulate(2) : null;
                        kernel.backwardWeight(
                                Slice.of(dWeight), Ops.slice(dBias), Slice.of(dy), in[0], g, tape.execution());
                    }
                },
                inputs.getFirst(),
                weight,
                bias);
    }

    /** The sizes, once all shapes fit each other. */
    private static Geometry geometry(
            Tape tape,
            List<Var> inputs,
            Var weight,
            @Nullable Var bias,
            int stride,
            int padding,
            int groups,
            int dilation) {
        Ops.requireRank(tape, OP, "weight", weight, 4);
        Var x = inputs.getFirst();
        int channels = 0;
        for (Var v : inputs) {
            Ops.requireRank(tape, OP, "each input", v, 4);
            String source = "batch, height and width of the first";
            Ops.requireShape(tape, OP, "each input", v, source, x, x.dim(0), x.dim(1), x.dim(2), v.dim(3));
            channels += v.dim(3);
        }
        int out = weight.dim(0);
        Ops.require(
                tape,
                stride > 0 && padding >= 0 && dilation > 0,
                OP,
                "stride " + stride + " and dilation " + dilation + " must be at least 1, padding " + padding
                        + " at least 0",
                x);
        if (groups < 1 || channels % groups != 0 || out % groups != 0) {
            throw tape.error(
                    OP,
                    "input and output channels must be multiples of the " + groups + " groups",
                    channels + " and " + out + " channels");
        }
        Geometry g = new Geometry(
                x.dim(0), x.dim(1), x.dim(2), channels, out, weight.dim(2), stride, padding, groups, dilation);
        String source = groups == 1
                ? "output channels, input channels, square kernel"
                : "output channels, input channels of one of " + groups + " groups, square kernel";
        Ops.requireShape(tape, OP, "weight", weight, source, x, out, g.groupIn(), g.kernel(), g.kernel());
        Ops.require(tape, g.outHeight() > 0 && g.outWidth() > 0, OP, "the kernel must fit into the padded map", x);
        if (bias != null) {
            Ops.requireShape(tape, OP, "bias", bias, "output channels", x, out);
        }
        return g;
    }

    private static Var whole(Tape tape, List<Var> inputs) {
        return inputs.size() == 1 ? inputs.getFirst() : Concat.apply(tape, 3, inputs.toArray(Var[]::new));
    }

    /** In one group, without dilation, from primitive ops. */
    public static Var composed(
            Tape tape, List<Var> inputs, Var weight, @Nullable Var bias, Activation f, int stride, int padding) {
        return composed(tape, inputs, weight, bias, f, stride, padding, 1, 1);
    }

    /**
     * The same from primitive ops: the patch under each output cell becomes a row, and the rows go through a product;
     * group by group, and the results are put side by side.
     */
    public static Var composed(
            Tape tape,
            List<Var> inputs,
            Var weight,
            @Nullable Var bias,
            Activation f,
            int stride,
            int padding,
            int groups,
            int dilation) {
        Var x = whole(tape, inputs);
        Var[] parts = new Var[groups];
        int in = weight.dim(1);
        int out = weight.dim(0) / groups;
        for (int i = 0; i < groups; i++) {
            Var w = Narrow.apply(tape, weight, 0, i * out, (i + 1) * out);
            Var b = bias == null ? null : Narrow.apply(tape, bias, 0, i * out, (i + 1) * out);
            Var part = Narrow.apply(tape, x, 3, i * in, (i + 1) * in);
            Var rows = patches(tape, part, weight.dim(2), stride, padding, dilation);
            Var matrix = Reshape.apply(tape, Permute.apply(tape, w, 0, 2, 3, 1), out, -1);
            parts[i] = Linear.composed(tape, rows, matrix, b, f, null);
        }
        return Concat.apply(tape, 3, parts);
    }

    /** (B, outH, outW, k k C): what the kernel sees, tap after tap. */
    private static Var patches(Tape tape, Var x, int side, int stride, int padding, int dilation) {
        int extent = dilation * (side - 1) + 1;
        int height = (x.dim(1) + 2 * padding - extent) / stride + 1;
        int width = (x.dim(2) + 2 * padding - extent) / stride + 1;
        // Room for a whole step at the last output cell too, so that steps can be cut off by a reshape.
        int bottom = Math.max(2 * padding, extent - 1 + height * stride - x.dim(1));
        int right = Math.max(2 * padding, extent - 1 + width * stride - x.dim(2));
        Var padded = Roll.apply(tape, Pad.apply(tape, x, bottom, right), padding, padding);
        Var[] taps = new Var[side * side];
        for (int i = 0; i < taps.length; i++) {
            int top = i / side * dilation;
            int left = i % side * dilation;
            Var part = Narrow.apply(tape, padded, 1, top, top + height * stride);
            part = Narrow.apply(tape, part, 2, left, left + width * stride);
            part = Reshape.apply(tape, part, x.dim(0), height, stride, width, stride, x.dim(3));
            part = Narrow.apply(tape, Narrow.apply(tape, part, 2, 0, 1), 4, 0, 1);
            taps[i] = Reshape.apply(tape, part, x.dim(0), height, width, x.dim(3));
        }
        return Concat.apply(tape, 3, taps);
    }
}
