package dev.swath.kernels.scalar;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Execution;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.Slice;
import dev.swath.tensor.PackedStorage;
import dev.swath.tensor.Storage;
import org.jspecify.annotations.Nullable;

/** {@code matmul} and {@code linear}, the truth. */
final class ScalarGemm implements GemmKernel {
    @Override
    public void multiply(Matrix c, Matrix a, Matrix b, int m, int n, int k, boolean accumulate, Execution on) {
        on.forEach(m, i -> {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int l = 0; l < k; l++) {
                    sum += element(a, i, l) * element(b, l, j);
                }
                int at = (int) (i * c.rowStride()) + j;
                c.slice().set(at, accumulate ? c.slice().get(at) + sum : sum);
            }
        });
    }

    private static double element(Matrix x, int row, int column) {
        return x.slice().get((int) (row * x.rowStride() + column * x.columnStride()));
    }

    @Override
    public void linear(
            Matrix y,
            Matrix x,
            Slice weight,
            @Nullable Slice bias,
            Activation f,
            @Nullable Slice residual,
            int m,
            int n,
            int k,
            Execution on) {
        Slice w = readable(weight);
        on.forEach(m, i -> {
            for (int j = 0; j < n; j++) {
                double sum = bias == null ? 0 : bias.get(j);
                for (int l = 0; l < k; l++) {
                    sum += element(x, i, l) * w.get(j * k + l);
                }
                int at = (int) (i * y.rowStride()) + j;
                y.slice().set(at, ScalarUnary.value(f, sum) + (residual == null ? 0 : residual.get(at)));
            }
        });
    }

    @Override
    public Storage pack(Slice weight, int n, int k) {
        return weight.storage();
    }

    /** A weight that another backend packed is turned back. */
    static Slice readable(Slice weight) {
        return weight.storage() instanceof PackedStorage packed ? Slice.of(packed.unpack(), weight.offset()) : weight;
    }
}
