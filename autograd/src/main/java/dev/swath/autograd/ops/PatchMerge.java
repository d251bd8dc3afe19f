package dev.swath.autograd.ops;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.PatchMergeKernel;
import dev.swath.kernels.Slice;
import dev.swath.tensor.Tensor;

/** {@code patch_merge}: each 2x2 patch becomes one cell of 4C channels, in the order (0,0), (1,0), (0,1), (1,1). */
public final class PatchMerge {
    private static final String OP = "patch_merge";

    private PatchMerge() {}

    /** (B, H, W, C) to (B, ceil(H/2), ceil(W/2), 4C); odd sides count as padded by zeros. */
    public static Var apply(Tape tape, Var x) {
        Ops.requireRank(tape, OP, "x", x, 4);
        int batch = x.dim(0);
        int height = x.dim(1);
        int width = x.dim(2);
        int channels = x.dim(3);
        PatchMergeKernel kernel = Operands.of(tape, OP, "x", x).kernel(PatchMergeKernel.class);
        Tensor in = Ops.dense(tape, x);
        Tensor y = tape.allocate(x.dtype(), batch, Math.ceilDiv(height, 2), Math.ceilDiv(width, 2), 4 * channels);
        kernel.forward(Slice.of(y), Slice.of(in), batch, height, width, channels, tape.execution());
        return tape.record(
                OP,
                y,
                0,
                (dy, g) -> kernel.backward(
                        Slice.of(g.overwrite(0)), Slice.of(dy), batch, height, width, channels, tape.execution()),
                x);
    }

    /** The same by padding, reshaping and reordering. */
    public static Var composed(Tape tape, Var x) {
        int channels = x.dim(3);
        Var even = Pad.apply(tape, x, x.dim(1) % 2, x.dim(2) % 2);
        int height = even.dim(1) / 2;
        int width = even.dim(2) / 2;
        Var patches = Reshape.apply(tape, even, x.dim(0), height, 2, width, 2, channels);
        Var columnFirst = Permute.apply(tape, patches, 0, 1, 3, 4, 2, 5);
        return Reshape.apply(tape, columnFirst, x.dim(0), height, width, 4 * channels);
    }
}
