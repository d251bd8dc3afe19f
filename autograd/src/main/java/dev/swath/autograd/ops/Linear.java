package dev.swath.autograd.ops;

import dev.swath.autograd.Gradients;
import dev.swath.autograd.OpDetails;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Activation;
import dev.swath.kernels.BinaryKernel;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.GemmKernel.Matrix;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.ReduceKernel;
import dev.swath.kernels.Slice;
import dev.swath.kernels.UnaryKernel;
import dev.swath.tensor.Shape;
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
     * @param residual (..., N), added last, or null; of the type of x, or f32 to an x of 16 bits, and the result is of its type
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
        Shape result = x.shape().with(-1, n);
        if (residual != null) {
            Ops.requireShape(tape, OP, "residual", residual, "that of the result", x, result.dims());
        }
        Operands operands = Operands.of(tape, OP, "x", x)
                .parameter("weight", weight)
                .parameter("bias", bias)
                .sum("residual", residual);
        GemmKernel gemm = operands.kernel(GemmKernel.class);
        Tensor in = Ops.rowStrided(tape, x.value());
        int m = Ops.rows(x);
        long rowX = Ops.rowStride(in);
        Tensor w = Ops.dense(tape, weight);
        long flops = 2L * m * n * k;
        boolean records = tape.records(x, weight, bias, residual);
        if (records) {
            Ops.requireUnpacked(tape, OP, weight);
        }
        // With a gradient to come, what f was applied to must be kept: then f and the residual are passes of their own.
        boolean split = f != Activation.IDENTITY && (records || !f.isEpilogue());
        Tensor y = tape.allocate(split ? x.dtype() : operands.resultType(), result);
        Tensor before = split ? tape.allocate(x.dtype(), result) : y;
        Tensor r = residual == null ? null : Ops.dense(tape, residual);
        gemm.linear(
                Matrix.dense(Slice.of(before), n),
                Matrix.dense(Slice.of(in), rowX),
                Slice.of(w),
                Ops.slice(tape, bias),
                split ? Activation.IDENTITY : f,
                split ? null : Ops.slice(r),
                m,
                n,
                k,
                tape.execution());
        Tensor out = y;
        if (split) {
            tape.kernel(UnaryKernel.class, x.dtype())
                    .forward(Slice.of(y), Slice.of(before), f, Math.toIntExact(y.elements()), tape.execution());
            out = r == null ? y : Binary.compute(tape, r, y, BinaryKernel.Function.ADD);
        }
        tape.describe(() -> OpDetails.of("x", x)
                .input("weight", weight)
                .input("bias", bias)
                .input("residual", residual)
                .setting("f", f));
        return tape.record(
                OP,
                out,
                flops,
                (dy, g) -> {
                    if (g.wants(3)) {
                        g.add(3, dy);
                    }
                    Tensor d = Cast.cast(tape, dy, x.dtype());
                    Tensor dBefore = d;
                    if (split) {
                        dBefore = tape.allocate(d.dtype(), d.shape());
                        tape.kernel(UnaryKernel.class, d.dtype())
                                .backward(
                                        Slice.of(dBefore),
                                        Slice.of(d),
                                        Slice.of(before),
                                        f,
                                        Math.toIntExact(dy.elements()),
                                        tape.execution());
                    }
                    backward(tape, gemm, g, dBefore, Matrix.dense(Slice.of(in), rowX), w, m, n, k);
                },
                x,
                weight,
                bias,
                residual);
    }

    private static void backward(
            Tape tape, GemmKernel gemm, Gradients g, Tensor d, Matrix x, Tensor weight, int m, int n, int k) {
        Matrix dy = Matrix.dense(Slice.of(d), n);
        if (g.wants(0)) {
            // dx (m,k) = d (m,n) W (n,k)
            Matrix dx = Matrix.dense(Slice.of(g.overwrite(0)), k);
            gemm.multiply(dx, dy, Matrix.dense(Slice.of(weight), k), m, k, n, false, tape.execution());
        }
        if (g.wants(1)) {
            // dW (n,k) += d^T (n,m) x (m,k)
            Matrix dWeight = Matrix.dense(Slice.of(g.accumulate(1)), k);
            gemm.multiply(dWeight, dy.transposed(), x, n, k, m, true, tape.execution());
        }
        if (g.wants(2)) {
            Tensor sums = g.overwrite(2);
            tape.kernel(ReduceKernel.class, KernelTypes.of(d.dtype(), sums.dtype()))
                    .forward(Slice.of(sums), Slice.of(d), ReduceKernel.Function.SUM, 1, m, n, tape.execution());
        }
    }

    /** The same from primitive ops. */
    public static Var composed(Tape tape, Var x, Var weight, @Nullable Var bias, Activation f, @Nullable Var residual) {
        Var y = MatMul.apply(tape, x, Permute.apply(tape, weight, 1, 0));
        y = bias == null ? y : Binary.add(tape, y, bias);
        y = f == Activation.IDENTITY ? y : Unary.apply(tape, y, f);
        return residual == null ? y : Binary.add(tape, residual, y);
    }
}
