package dev.swath.kernels;

import dev.swath.tensor.Storage;
import org.jspecify.annotations.Nullable;

/** Matrix products ({@code matmul}, {@code linear}). */
public interface GemmKernel extends Kernel {
    /**
     * A matrix in memory: element (i, j) is at {@code i * rowStride + j * columnStride} of the slice, so a transpose is a
     * choice of strides.
     *
     * @param slice its first element on
     * @param rowStride distance between rows
     * @param columnStride distance between columns
     */
    record Matrix(Slice slice, long rowStride, long columnStride) {
        /** Rows one after another, each dense. */
        public static Matrix dense(Slice slice, long columns) {
            return new Matrix(slice, columns, 1);
        }

        /** The matrix of the same strides that many elements further on. */
        public Matrix plus(long elements) {
            return new Matrix(slice.plus(elements), rowStride, columnStride);
        }

        /** The same memory with rows and columns exchanged. */
        public Matrix transposed() {
            return new Matrix(slice, columnStride, rowStride);
        }
    }

    /**
     * Several products, each of matrices that lie a fixed distance behind those of the one before.
     *
     * @param count how many
     * @param c distance between results; 0: all are added up in one, in their order
     * @param a distance between left operands, 0 if it is the same
     * @param b distance between right operands, 0 if it is the same
     */
    record Batch(int count, long c, long a, long b) {}

    /** C = A B, or C += A B, for each of a batch; one after another unless a backend can do better. */
    default void multiply(
            Batch batch, Matrix c, Matrix a, Matrix b, int m, int n, int k, boolean accumulate, Execution on) {
        for (int i = 0; i < batch.count; i++) {
            multiply(c.plus(i * batch.c), a.plus(i * batch.a), b.plus(i * batch.b), m, n, k, accumulate, on);
        }
    }

    /**
     * C = A B, or C += A B.
     *
     * @param c (m, n) with unit column stride
     * @param a (m, k)
     * @param b (k, n)
     */
    void multiply(Matrix c, Matrix a, Matrix b, int m, int n, int k, boolean accumulate, Execution on);

    /**
     * y = f(x W^T + bias) + residual: the fully connected layer with what commonly follows it. Of {@link KernelTypes}, x is that of x and
     * y that of y and the residual.
     *
     * @param y (m, n) with unit column stride
     * @param x (m, k) with unit column stride
     * @param weight (n, k) row-major, or what {@link #pack} made of it
     * @param bias (n) or null
     * @param f applied after the bias
     * @param residual (m, n) at the row stride of y, added last, or null; may be y
     */
    void linear(
            Matrix y,
            Matrix x,
            Slice weight,
            @Nullable Slice bias,
            Activation f,
            @Nullable Slice residual,
            int m,
            int n,
            int k,
            Execution on);

    /**
     * The (n, k) row-major weight in the order in which {@link #linear} reads it fastest: an
     * {@link dev.swath.tensor.PackedStorage} that replaces the weight (it can be turned back), or the same storage if this
     * backend wants nothing else.
     */
    Storage pack(Slice weight, int n, int k);

    /** The same for the (n) bias of {@link #linear}, which other kernels may read too. */
    default Storage packBias(Slice bias, int n) {
        return bias.storage();
    }
}
