package dev.swath.autograd.ops;

import dev.swath.autograd.OpDetails;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Slice;
import dev.swath.kernels.WindowAttentionKernel;
import dev.swath.kernels.WindowAttentionKernel.Geometry;
import dev.swath.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * {@code window_attention}: attention inside the (shifted) windows of a grid, with a learned bias by relative position
 * (Liu et al., Swin Transformer, 2021, sections 3.2 and 4). The grid counts as padded to whole windows; padded cells
 * are keys and values equal to the projection's bias and are not masked.
 */
public final class WindowAttention {
    private static final String OP = "window_attention";

    private WindowAttention() {}

    /**
     * @param qkv (B, H, W, 3C): q, k, v, each split by head
     * @param qkvBias (3C), the bias of the projection that made {@code qkv}
     * @param table ((2 window - 1)^2, heads)
     * @param shift cells by which the grid is rolled first, 0 for none
     * @return (B, H, W, C)
     */
    public static Var apply(Tape tape, Var qkv, Var qkvBias, Var table, int heads, int window, int shift) {
        Ops.requireRank(tape, OP, "qkv", qkv, 4);
        int three = qkv.dim(3);
        Ops.require(
                tape,
                three % 3 == 0 && (three / 3) % heads == 0,
                OP,
                "channels must be three times a multiple of the " + heads + " heads",
                qkv);
        Ops.require(
                tape,
                shift >= 0 && shift < window,
                OP,
                "the shift " + shift + " must lie in [0, window " + window + ")",
                qkv);
        Ops.requireShape(tape, OP, "qkvBias", qkvBias, "channels of qkv", qkv, three);
        int span = 2 * window - 1;
        Ops.requireShape(tape, OP, "table", table, "(2 window - 1)^2 and heads", qkv, span * span, heads);
        Geometry g = new Geometry(qkv.dim(0), qkv.dim(1), qkv.dim(2), three / 3, heads, window, shift);
        Operands operands =
                Operands.of(tape, OP, "qkv", qkv).parameter("qkvBias", qkvBias).parameter("table", table);
        WindowAttentionKernel kernel = operands.kernel(WindowAttentionKernel.class);
        Tensor in = Ops.dense(tape, qkv);
        Tensor y = tape.allocate(qkv.dtype(), g.batch(), g.height(), g.width(), g.channels());
        boolean records = tape.records(qkv, qkvBias, table);
        Tensor logSum = records ? tape.allocate(operands.savedType(), g.batch(), g.windows(), heads, g.cells()) : null;
        Slice bias = Slice.of(Ops.dense(tape, qkvBias));
        Slice t = Slice.of(Ops.dense(tape, table));
        kernel.forward(Slice.of(y), Ops.slice(logSum), Slice.of(in), bias, t, g, tape.execution());
        tape.describe(() -> OpDetails.of("qkv", qkv)
                .input("qkvBias", qkvBias)
                .input("table", table)
                .setting("heads", heads)
                .setting("window", window)
                .setting("shift", shift));
        return tape.record(
                OP,
                y,
                4L * g.batch() * g.windows() * g.cells() * g.cells() * g.channels(),
                (dy, into) -> {
                    @Nullable Tensor dBias = into.wants(1) ? into.accumulate(1) : null;
                    @Nullable Tensor dTable = into.wants(2) ? into.accumulate(2) : null;
                    Tensor dQkv = into.wants(0) ? into.overwrite(0) : tape.allocate(qkv.dtype(), qkv.shape());
                    kernel.backward(
                            Slice.of(dQkv),
                            Ops.slice(dBias),
                            Ops.slice(dTable),
                            Slice.of(dy),
                            Slice.of(y),
                            Ops.some(logSum),
                            Slice.of(in),
                            bias,
                            t,
                            g,
                            tape.execution());
                },
                qkv,
                qkvBias,
                table);
    }

    /** The same from primitive ops, with the padding, the roll, the windows and the mask laid out in memory. */
    public static Var composed(Tape tape, Var qkv, Var qkvBias, Var table, int heads, int window, int shift) {
        int batch = qkv.dim(0);
        int channels = qkv.dim(3) / 3;
        int d = channels / heads;
        Geometry g = new Geometry(batch, qkv.dim(1), qkv.dim(2), channels, heads, window, shift);
        int cells = g.cells();
        int rows = g.down();
        int columns = g.across();
        Var padded = padded(tape, qkv, qkvBias, g);
        Var cut = Roll.apply(tape, padded, -shift, -shift);
        cut = Reshape.apply(tape, cut, batch, rows, window, columns, window, 3, heads, d);
        cut = Permute.apply(tape, cut, 5, 0, 1, 3, 6, 2, 4, 7);
        cut = Reshape.apply(tape, cut, 3, batch, rows * columns, heads, cells, d);
        Var[] part = new Var[3];
        for (int i = 0; i < 3; i++) {
            part[i] = Reshape.apply(tape, Narrow.apply(tape, cut, 0, i, i + 1), batch, rows * columns, heads, cells, d);
        }
        Var scores = MatMul.apply(tape, part[0], Permute.apply(tape, part[1], 0, 1, 2, 4, 3));
        scores = Binary.mul(tape, scores, tape.number(qkv.dtype(), 1 / Math.sqrt(d)));
        Var bias = Embedding.apply(tape, table, tape.indices(relativePositionIndex(window), table.dim(0)), -1);
        scores = Binary.add(tape, scores, Permute.apply(tape, bias, 2, 0, 1));
        Tensor mask = WindowLayout.mask(g).to(qkv.dtype());
        scores = Binary.add(tape, scores, tape.constant(mask));
        Var mixed = MatMul.apply(tape, Softmax.composed(tape, scores, false), part[2]);
        mixed = Reshape.apply(tape, mixed, batch, rows, columns, heads, window, window, d);
        mixed = Permute.apply(tape, mixed, 0, 1, 4, 2, 5, 3, 6);
        mixed = Reshape.apply(tape, mixed, batch, rows * window, columns * window, channels);
        mixed = Roll.apply(tape, mixed, shift, shift);
        return Narrow.apply(tape, Narrow.apply(tape, mixed, 1, 0, qkv.dim(1)), 2, 0, qkv.dim(2));
    }

    /** Row of the bias table for each pair of cells (query, key) of a window: (M^2, M^2), i64. */
    public static Tensor relativePositionIndex(int window) {
        int cells = window * window;
        long[] index = new long[cells * cells];
        for (int q = 0; q < cells; q++) {
            for (int k = 0; k < cells; k++) {
                index[q * cells + k] = Geometry.relative(q, k, window);
            }
        }
        return Tensor.of(index, cells, cells);
    }

    /** The grid with whole windows: new cells hold the bias. */
    private static Var padded(Tape tape, Var qkv, Var qkvBias, Geometry g) {
        int bottom = g.down() * g.window() - g.height();
        int right = g.across() * g.window() - g.width();
        Var zeros = Pad.apply(tape, qkv, bottom, right);
        Var ones = tape.constant(WindowLayout.outside(g).to(qkv.dtype()));
        return Binary.add(tape, zeros, Binary.mul(tape, ones, qkvBias));
    }
}
