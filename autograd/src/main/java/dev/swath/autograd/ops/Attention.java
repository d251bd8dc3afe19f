package dev.swath.autograd.ops;

import dev.swath.autograd.OpDetails;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.AttentionKernel;
import dev.swath.kernels.AttentionKernel.Geometry;
import dev.swath.kernels.Slice;
import dev.swath.tensor.Tensor;

/**
 * {@code attention}: softmax(scale q k^T + 1e4 mask - 1e4) v per head (Vaswani et al. 2017); the mask hides keys, never
 * queries. Serves BERT's self-attention and the attention from pixels to words.
 */
public final class Attention {
    private static final String OP = "attention";

    private Attention() {}

    /** With every key visible. */
    public static Var apply(Tape tape, Var q, Var k, Var v, int heads, double scale, double dropoutRate) {
        Ops.requireRank(tape, OP, "k", k, 3);
        Tensor ones = tape.allocate(k.dtype(), k.dim(0), k.dim(1));
        tape.fill(ones, 1);
        return apply(tape, q, k, v, Var.constant(ones), heads, scale, dropoutRate);
    }

    /**
     * @param q (B, L, C); rows may be strided, as all of q, k, v
     * @param k (B, N, C)
     * @param v (B, N, C)
     * @param mask (B, N), 1 for a visible key, else 0
     * @param dropoutRate probability with which a weight is dropped in training mode
     * @return (B, L, C)
     */
    public static Var apply(Tape tape, Var q, Var k, Var v, Var mask, int heads, double scale, double dropoutRate) {
        Ops.requireRank(tape, OP, "q", q, 3);
        Ops.requireRank(tape, OP, "k", k, 3);
        int channels = q.dim(2);
        Geometry g = new Geometry(q.dim(0), q.dim(1), k.dim(1), channels, heads, scale);
        Ops.require(tape, channels % heads == 0, OP, "channels must be a multiple of the " + heads + " heads", q);
        Ops.requireShape(tape, OP, "k", k, "batch and channels of q", q, g.batch(), g.keys(), channels);
        Ops.requireShape(tape, OP, "v", v, "that of k", q, g.batch(), g.keys(), channels);
        Ops.require(tape, !tape.records(mask), OP, "the mask has no gradient and must be a constant", mask);
        Ops.requireShape(tape, OP, "mask", mask, "batch and keys", q, g.batch(), g.keys());
        AttentionKernel kernel = Operands.of(tape, OP, "q", q)
                .like("k", k)
                .like("v", v)
                .like("mask", mask)
                .kernel(AttentionKernel.class);
        Tensor qs = Ops.rowStrided(tape, q.value());
        Tensor ks = Ops.rowStrided(tape, k.value());
        Tensor vs = Ops.rowStrided(tape, v.value());
        Tensor y = tape.allocate(q.dtype(), g.batch(), g.queries(), channels);
        boolean records = tape.records(q, k, v);
        Tensor probabilities = records ? tape.allocate(q.dtype(), g.batch(), heads, g.queries(), g.keys()) : null;
        Tensor dropout = tape.training() && dropoutRate > 0
                ? Dropout.mask(tape, q.dtype(), dropoutRate, g.batch(), heads, g.queries(), g.keys())
                : null;
        kernel.forward(
                Slice.of(y),
                Ops.slice(probabilities),
                Slice.of(qs),
                Ops.rowStride(qs),
                Slice.of(ks),
                Ops.rowStride(ks),
                Slice.of(vs),
                Ops.rowStride(vs),
                Slice.of(Ops.dense(tape, mask)),
                Ops.slice(dropout),
                g,
                tape.execution());
        tape.describe(() -> OpDetails.of("q", q)
                .input("k", k)
                .input("v", v)
                .input("mask", mask)
                .setting("heads", heads)
                .setting("scale", scale));
        return tape.record(
                OP,
                y,
                4L * g.batch() * g.queries() * g.keys() * channels,
                (dy, into) -> {
                    Tensor dq = into.wants(0) ? into.overwrite(0) : tape.allocate(q.dtype(), q.shape());
                    Tensor dk = into.wants(1) ? into.overwrite(1) : tape.allocate(q.dtype(), k.shape());
                    Tensor dv = into.wants(2) ? into.overwrite(2) : tape.allocate(q.dtype(), v.shape());
                    kernel.backward(
                            Slice.of(dq),
                            Slice.of(dk),
                            Slice.of(dv),
                            Slice.of(dy),
                            Ops.some(probabilities),
                            Slice.of(qs),
                            Ops.rowStride(qs),
                            Slice.of(ks),
                            Ops.rowStride(ks),
                            Slice.of(vs),
                            Ops.rowStride(vs),
                            Ops.slice(dropout),
                            g,
                            tape.execution());
                },
                q,
                k,
                v);
    }

    /** The same from primitive ops; it draws the same dropout. */
    public static Var composed(Tape tape, Var q, Var k, Var v, Var mask, int heads, double scale, double dropoutRate) {
        int batch = q.dim(0);
        int queries = q.dim(1);
        int keys = k.dim(1);
        Var products =
                MatMul.apply(tape, byHead(tape, q, heads), Permute.apply(tape, byHead(tape, k, heads), 0, 1, 3, 2));
        Var one = tape.number(q.dtype(), 1);
        Var hidden = Reshape.apply(tape, Binary.sub(tape, mask, one), batch, 1, 1, keys);
        Var scores = Binary.add(
                tape,
                Binary.mul(tape, products, tape.number(q.dtype(), scale)),
                Binary.mul(tape, hidden, tape.number(q.dtype(), 1e4)));
        Var probabilities = Softmax.composed(tape, scores, false);
        if (tape.training() && dropoutRate > 0) {
            Tensor kept = Dropout.mask(tape, q.dtype(), dropoutRate, batch, heads, queries, keys);
            probabilities = Binary.mul(tape, probabilities, Var.constant(kept));
        }
        Var mixed = MatMul.apply(tape, probabilities, byHead(tape, v, heads));
        return Reshape.apply(tape, Permute.apply(tape, mixed, 0, 2, 1, 3), batch, queries, q.dim(2));
    }

    /** (B, L, C) to (B, heads, L, D). */
    private static Var byHead(Tape tape, Var x, int heads) {
        Var split = Reshape.apply(tape, x, x.dim(0), x.dim(1), heads, x.dim(2) / heads);
        return Permute.apply(tape, split, 0, 2, 1, 3);
    }
}
