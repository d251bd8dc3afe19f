package dev.swath.autograd.ops;

import dev.swath.autograd.Gradients;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Activation;
import dev.swath.kernels.BinaryKernel;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.ReduceKernel;
import dev.swath.kernels.Slice;
import dev.swath.kernels.UnaryKernel;
import dev.swath.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * {@code linear}: y = f(x W^T + bias) + residual. With dP = dy f'(P), P being the value before f:
 * dx = dP W, dW = dP^T x, dBias = column sums of dP, dResidual = dy.
 */
public final class Linear {
    private static final String OP = "linear";

    private Linear() {}

    /** x W^T + bias. */
    public static Var apply(Tape tape, Var x, Var weight, @Nullable Var bias) {
        return apply(tape, x, weight, bias, Activation.IDENTITY, null);
    }

    /**
     * @param x (..., K); rows may be strided
     * @param weight (N, K), or packed for inference
     * @param bias (N) or null
     * @param f applied after the bias
     * @param residual (..., N), added last, or null
     * @return (..., N)
     */
    public static Var apply(Tape tape, Var x, Var weight, @Nullable Var bias, Activation f, @Nullable Var residual) {
        Ops.requireRank(tape, OP, "weight", weight, 2);
        int n = weight.dim(0);
        int k = weight.dim(1);
        if (x.dim(-1) != k) {
            throw tape.error(
                    OP,
                    "the last axis of x must have " + k + " elements, as weight " + weight.shape() + " has columns",
                    x.value().describe());
        }
        if (bias != null) {
            Ops.requireShape(tape, OP, "bias", bias, "rows of weight", x, n);
        }
        Tensor in = Ops.rowStrided(tape, x.value());
        int m = Ops.rows(x);
        long rowX = Ops.rowStride(in);
        Tensor y = tape.allocate(x.dtype(), x.shape().with(-1, n));
        if (residual != null) {
            Ops.requireShape(
                    tape,
                    OP,
                    "residual",
                    residual,
                    "that of the result",
                    x,
                    y.shape().dims());
        }
        GemmKernel gemm = tape.kernel(GemmKernel.class, x.dtype());
        Slice w = Slice.of(weight.value());
        long flops = 2L * m * n * k;
        boolean records = tape.records(x, weight, bias, residual);
        if (records) {
            Ops.requireUnpacked(tape, OP, weight);
        }
        // With a gradient to come, what f was applied to must be kept: then f and the residual are passes of their own.
        boolean split = records && f != Activation.IDENTITY;
        Tensor before = split ? tape.allocate(x.dtype(), y.shape()) : y;
        Tensor r = residual == null ? null : Ops.dense(tape, residual);
        gemm.linear(
                Slice.of(before),
                n,
                Slice.of(in),
                rowX,
                w,
                Ops.slice(bias),
                split ? Activation.IDENTITY : f,
                split ? null : Ops.slice(r),
                m,
                n,
                k,
                tape.parallelism());
        Tensor out = y;
        if (split) {
            tape.kernel(UnaryKernel.class, x.dtype())
                    .forward(Slice.of(y), Slice.of(before), f, Math.toIntExact(y.elements()), tape.parallelism());
            out = r == null ? y : Binary.compute(tape, y, r, BinaryKernel.Function.ADD);
        }
        return tape.record(
                OP,
                out,
                flops,
                (dy, g) -> {
                    if (g.wants(3)) {
                        g.add(3, dy);
                    }
                    Tensor dBefore = dy;
                    if (split) {
                        dBefore = tape.allocate(dy.dtype(), dy.shape());
                        tape.kernel(UnaryKernel.class, dy.dtype())
                                .backward(
                                        Slice.of(dBefore),
                                        Slice.of(dy),
                                        Slice.of(before),
                                        f,
                                        Math.toIntExact(dy.elements()),
                                        tape.parallelism());
                    }
                    backward(tape, g, dBefore, in, rowX, weight.value(), m, n, k);
                },
                x,
                weight,
                bias,
                residual);
    }

    private static void backward(
            Tape tape, Gradients g, Tensor d, Tensor x, long rowX, Tensor weight, int m, int n, int k) {
        GemmKernel gemm = tape.kernel(GemmKernel.class, d.dtype());
        if (g.wants(0)) {
            // dx (m,k) = d (m,n) W (n,k)
            gemm.multiply(
                    Slice.of(g.overwrite(0)),
                    k,
                    Slice.of(d),
                    n,
                    1,
                    Slice.of(weight),
                    k,
                    1,
                    m,
                    k,
                    n,
                    false,
                    tape.parallelism());
        }
        if (g.wants(1)) {
            // dW (n,k) += d^T (n,m) x (m,k)
            gemm.multiply(
                    Slice.of(g.accumulate(1)),
                    k,
                    Slice.of(d),
                    1,
                    n,
                    Slice.of(x),
                    rowX,
                    1,
                    n,
                    k,
                    m,
                    true,
                    tape.parallelism());
        }
        if (g.wants(2)) {
            Tensor sums = g.overwrite(2);
            tape.kernel(ReduceKernel.class, d.dtype())
                    .forward(Slice.of(sums), Slice.of(d), ReduceKernel.Function.SUM, 1, m, n, tape.parallelism());
        }
    }

    /** The same from primitive ops. */
    public static Var composed(Tape tape, Var x, Var weight, @Nullable Var bias, Activation f, @Nullable Var residual) {
        Var y = MatMul.apply(tape, x, Permute.apply(tape, weight, 1, 0));
        y = bias == null ? y : Binary.add(tape, y, bias);
        y = f == Activation.IDENTITY ? y : Unary.apply(tape, y, f);
        return residual == null ? y : Binary.add(tape, y, residual);
    }
}
