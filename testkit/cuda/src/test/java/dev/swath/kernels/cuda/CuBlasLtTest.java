package dev.swath.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Execution;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.GemmKernel.Matrix;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Recorded;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What cuBLASLt is asked to do with a product. */
class CuBlasLtTest {
    private static final int M = 5;
    private static final int N = 16;
    private static final int K = 24;

    private static Tensor noise(long seed, int... dims) {
        int n = 1;
        for (int d : dims) {
            n *= d;
        }
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return Tensor.of(values, dims).to(DType.BF16);
    }

    /** Nothing is timed while work is recorded, so the library's first proposal serves, whichever is faster. */
    @Test
    void doesGeluOfBf16ByTanh() {
        Emulator.requireEmulator();
        Emulator.reset();
        Tensor x = noise(1, M, K);
        Tensor w = noise(2, N, K);
        Tensor bias = noise(3, N);
        try (CudaBackend backend = Emulator.open(0);
                Execution on = backend.execution(Parallelism.single())) {
            Tensor there = backend.upload(x);
            Tensor weight = backend.upload(w);
            Tensor b = backend.upload(bias);
            Tensor y =
                    Tensor.over(backend.allocate(DType.BF16, M * N), x.shape().with(1, N), 0);
            GemmKernel gemm = backend.kernel(GemmKernel.class, KernelTypes.of(DType.BF16));
            try (Recorded recorded = backend.record(() -> gemm.linear(
                    Matrix.dense(Slice.of(y), N),
                    Matrix.dense(Slice.of(there), K),
                    Slice.of(weight),
                    Slice.of(b),
                    Activation.GELU,
                    null,
                    M,
                    N,
                    K,
                    on))) {
                recorded.run();
            }
            float[] got = y.copy().to(DType.F32).toFloatArray();
            float[] a = x.to(DType.F32).toFloatArray();
            float[] c = w.to(DType.F32).toFloatArray();
            float[] d = bias.to(DType.F32).toFloatArray();
            for (int i = 0; i < M * N; i++) {
                double v = d[i % N];
                for (int k = 0; k < K; k++) {
                    v += a[i / N * K + k] * c[i % N * K + k];
                }
                double gelu = 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v)));
                assertEquals(gelu, got[i], 4e-3 * Math.abs(gelu) + 1e-6, "at " + i);
            }
        }
    }
}
