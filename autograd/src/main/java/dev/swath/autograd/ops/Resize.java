package dev.swath.autograd.ops;

import dev.swath.autograd.OpDetails;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.ResizeKernel;
import dev.swath.kernels.ResizeKernel.Geometry;
import dev.swath.kernels.Slice;
import dev.swath.tensor.Tensor;

/**
 * {@code resize}: bilinear, without antialiasing, also when shrinking. The backward pass scatters by the same weights.
 */
public final class Resize {
    private static final String OP = "resize";

    private Resize() {}

    /** (B, H, W, C) to (B, outHeight, outWidth, C); x itself if the size does not change. */
    public static Var bilinear(Tape tape, Var x, int outHeight, int outWidth, boolean alignCorners) {
        Ops.requireRank(tape, OP, "x", x, 4);
        Ops.require(
                tape,
                outHeight > 0 && outWidth > 0 && x.value().elements() > 0,
                OP,
                "input and output must not be empty",
                x);
        if (x.dim(1) == outHeight && x.dim(2) == outWidth) {
            return x;
        }
        Geometry g = new Geometry(x.dim(0), x.dim(1), x.dim(2), x.dim(3), outHeight, outWidth, alignCorners);
        ResizeKernel kernel = Operands.of(tape, OP, "x", x).kernel(ResizeKernel.class);
        Tensor in = Ops.dense(tape, x);
        Tensor y = tape.allocate(x.dtype(), g.batch(), outHeight, outWidth, g.channels());
        kernel.forward(Slice.of(y), Slice.of(in), g, tape.execution());
        tape.describe(() -> OpDetails.of("x", x).setting("alignCorners", alignCorners));
        return tape.record(
                OP,
                y,
                8 * y.elements(),
                (dy, into) -> kernel.backward(Slice.of(into.overwrite(0)), Slice.of(dy), g, tape.execution()),
                x);
    }

    /** The same as products with the matrices of weights. */
    public static Var composed(Tape tape, Var x, int outHeight, int outWidth, boolean alignCorners) {
        Tensor rows = weights(x.dim(1), outHeight, alignCorners);
        return Compositions.separable(tape, x, rows, weights(x.dim(2), outWidth, alignCorners));
    }

    /** (out, in): row i holds the weights of the two source cells between which output cell i lies. */
    private static Tensor weights(int in, int out, boolean alignCorners) {
        Tensor w = Tensor.of(new double[out * in], out, in);
        for (int i = 0; i < out; i++) {
            double corner = out == 1 ? 0 : (double) i * (in - 1) / (out - 1);
            double at = alignCorners ? corner : Math.max(0, (i + 0.5) * in / out - 0.5);
            int low = Math.min((int) at, in - 1);
            int high = Math.min(low + 1, in - 1);
            w.set(1 - (at - low), i, low);
            w.set(w.get(i, high) + (at - low), i, high);
        }
        return w;
    }
}
