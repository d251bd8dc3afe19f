package dev.swath.autograd.ops;

import dev.swath.autograd.OpDetails;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.GemmKernel.Batch;
import dev.swath.kernels.GemmKernel.Matrix;
import dev.swath.kernels.Slice;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.Arrays;

/** {@code matmul}: products of matrices in the last two axes; leading axes broadcast. dA = dY B^T, dB = A^T dY. */
public final class MatMul {
    private static final String OP = "matmul";

    private MatMul() {}

    /**
     * @param a (..., M, K), any strides
     * @param b (..., K, N), any strides
     * @return (..., M, N)
     */
    public static Var apply(Tape tape, Var a, Var b) {
        Ops.require(
                tape,
                a.shape().rank() >= 2 && b.shape().rank() >= 2,
                OP,
                "both must have at least 2 axes",
                a.shape().rank() < 2 ? a : b);
        if (a.dim(-1) != b.dim(-2)) {
            throw tape.error(
                    OP,
                    "columns of a must equal rows of b",
                    a.value().describe() + " and " + b.value().describe());
        }
        int m = a.dim(-2);
        int k = a.dim(-1);
        int n = b.dim(-1);
        Shape batch = Shape.broadcast(leading(a.shape()), leading(b.shape()));
        Operands.of(tape, OP, "a", a).like("b", b);
        Tensor y = tape.allocate(a.dtype(), matrices(batch, m, n));
        Tensor left = a.value().expand(matrices(batch, m, k));
        Tensor right = b.value().expand(matrices(batch, k, n));
        product(tape, y, left, right, false);
        tape.describe(() -> OpDetails.of("a", a).input("b", b));
        return tape.record(
                OP,
                y,
                2L * batch.elements() * m * n * k,
                (dy, g) -> {
                    // A repeated operand's expanded gradient has stride 0, so the products add up in it, one after
                    // another.
                    if (g.wants(0)) {
                        product(tape, g.accumulate(0).expand(left.shape()), dy, right.transpose(-1, -2), true);
                    }
                    if (g.wants(1)) {
                        product(tape, g.accumulate(1).expand(right.shape()), left.transpose(-1, -2), dy, true);
                    }
                },
                a,
                b);
    }

    private static Shape leading(Shape s) {
        int[] dims = new int[s.rank() - 2];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = s.dim(i);
        }
        return Shape.of(dims);
    }

    private static Shape matrices(Shape batch, int rows, int columns) {
        int[] dims = Arrays.copyOf(batch.dims(), batch.rank() + 2);
        dims[batch.rank()] = rows;
        dims[batch.rank() + 1] = columns;
        return Shape.of(dims);
    }

    private static Matrix matrix(Tensor x) {
        return new Matrix(Slice.of(x), x.stride(-2), x.stride(-1));
    }

    private static void product(Tape tape, Tensor c, Tensor a, Tensor b, boolean accumulate) {
        if (c.rank() > 3) {
            for (int i = 0; i < c.dim(0); i++) {
                product(tape, c.select(0, i), a.select(0, i), b.select(0, i), accumulate);
            }
            return;
        }
        GemmKernel kernel = tape.kernel(GemmKernel.class, c.dtype());
        int m = c.dim(-2);
        int n = c.dim(-1);
        int k = a.dim(-1);
        if (c.rank() == 2) {
            kernel.multiply(matrix(c), matrix(a), matrix(b), m, n, k, accumulate, tape.execution());
        } else {
            Batch batch = new Batch(c.dim(0), c.stride(0), a.stride(0), b.stride(0));
            kernel.multiply(batch, matrix(c), matrix(a), matrix(b), m, n, k, accumulate, tape.execution());
        }
    }
}
