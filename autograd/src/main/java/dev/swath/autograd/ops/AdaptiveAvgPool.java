package dev.swath.autograd.ops;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.AdaptiveAvgPoolKernel;
import dev.swath.kernels.Slice;
import dev.swath.tensor.Tensor;

/** {@code adaptive_avg_pool}: output cell i of m is the mean over input floor(i n / m) .. ceil((i+1) n / m) - 1. */
public final class AdaptiveAvgPool {
    private static final String OP = "adaptive_avg_pool";

    private AdaptiveAvgPool() {}

    /** (B, H, W, C) to (B, outHeight, outWidth, C); x itself if the size does not change. */
    public static Var apply(Tape tape, Var x, int outHeight, int outWidth) {
        Ops.requireRank(tape, OP, "x", x, 4);
        Ops.require(
                tape,
                outHeight > 0 && outWidth > 0 && x.value().elements() > 0,
                OP,
                "input and output must not be empty",
                x);
        int batch = x.dim(0);
        int height = x.dim(1);
        int width = x.dim(2);
        int channels = x.dim(3);
        if (height == outHeight && width == outWidth) {
            return x;
        }
        AdaptiveAvgPoolKernel kernel = Operands.of(tape, OP, "x", x).kernel(AdaptiveAvgPoolKernel.class);
        Tensor in = Ops.dense(tape, x);
        Tensor y = tape.allocate(x.dtype(), batch, outHeight, outWidth, channels);
        kernel.forward(
                Slice.of(y), Slice.of(in), batch, height, width, channels, outHeight, outWidth, tape.execution());
        return tape.record(
                OP,
                y,
                in.elements(),
                (dy, g) -> kernel.backward(
                        Slice.of(g.overwrite(0)),
                        Slice.of(dy),
                        batch,
                        height,
                        width,
                        channels,
                        outHeight,
                        outWidth,
                        tape.execution()),
                x);
    }

    /** The same as products with the matrices that take the means. */
    public static Var composed(Tape tape, Var x, int outHeight, int outWidth) {
        return Compositions.separable(tape, x, means(x.dim(1), outHeight), means(x.dim(2), outWidth));
    }

    /** (out, in): row i takes the mean of the cells of output cell i. */
    private static Tensor means(int in, int out) {
        Tensor w = Tensor.of(new double[out * in], out, in);
        for (int i = 0; i < out; i++) {
            int from = i * in / out;
            int to = Math.ceilDiv((i + 1) * in, out);
            for (int j = from; j < to; j++) {
                w.set(1.0 / (to - from), i, j);
            }
        }
        return w;
    }
}
