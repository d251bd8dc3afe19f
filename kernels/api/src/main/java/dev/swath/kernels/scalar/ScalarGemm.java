package dev.swath.kernels.scalar;

import dev.swath.kernels.Activation;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Slice;
import dev.swath.tensor.OpaqueStorage;
import dev.swath.tensor.Storage;
import org.jspecify.annotations.Nullable;

/** {@code matmul} and {@code linear}, the truth. */
final class ScalarGemm implements GemmKernel {
    @Override
    public void multiply(
            Slice c,
            long rowC,
            Slice a,
            long rowA,
            long colA,
            Slice b,
            long rowB,
            long colB,
            int m,
            int n,
            int k,
            boolean accumulate,
            Parallelism p) {
        p.forEach(m, i -> {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int l = 0; l < k; l++) {
                    sum += a.get((int) (i * rowA + l * colA)) * b.get((int) (l * rowB + j * colB));
                }
                int at = (int) (i * rowC) + j;
                c.set(at, accumulate ? c.get(at) + sum : sum);
            }
        });
    }

    @Override
    public void linear(
            Slice y,
            long rowY,
            Slice x,
            long rowX,
            Slice weight,
            @Nullable Slice bias,
            Activation f,
            @Nullable Slice residual,
            int m,
            int n,
            int k,
            Parallelism p) {
        Slice w = readable(weight);
        p.forEach(m, i -> {
            for (int j = 0; j < n; j++) {
                double sum = bias == null ? 0 : bias.get(j);
                for (int l = 0; l < k; l++) {
                    sum += x.get((int) (i * rowX) + l) * w.get(j * k + l);
                }
                int at = (int) (i * rowY) + j;
                y.set(at, ScalarUnary.value(f, sum) + (residual == null ? 0 : residual.get(at)));
            }
        });
    }

    @Override
    public Storage pack(Slice weight, int n, int k) {
        return weight.storage();
    }

    /** A weight that another backend packed is turned back. */
    static Slice readable(Slice weight) {
        return weight.storage() instanceof OpaqueStorage packed ? Slice.of(packed.toHost(), weight.offset()) : weight;
    }
}
