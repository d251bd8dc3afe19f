package dev.swath.kernels.cuda;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Execution;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.Slice;
import dev.swath.kernels.cuda.Products.Operand;
import dev.swath.kernels.cuda.Products.Target;
import dev.swath.tensor.DType;
import dev.swath.tensor.Storage;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * {@code gemm.cu}, {@code hopper_gemm.cu}, {@code gemm_f32.cu}, {@code gemm_tf32.cu}, or cuBLASLt where it is here and faster. With bf16 activations f32 weights are rounded before they are
 * multiplied; sums and f32 gradients are f32.
 */
final class CudaGemm implements GemmKernel {
    private static final int THREADS = 128;

    /** Multiplications of a product that is done beside the others of its batch, and along its sums, at most. */
    private static final int SMALL = 1 << 17;

    private static final int LONGEST_SMALL = 4096;

    /** From here on a warp shares a sum; gemm_parts.cu knows it too. */
    private static final int LONG_SUM = 64;

    private final DType type;

    /** For {@code f32}, {@code bf16} or {@code bf16_f32}. */
    CudaGemm(String types) {
        this.type = types.equals("f32") ? DType.F32 : DType.BF16;
    }

    @Override
    public void multiply(Matrix c, Matrix a, Matrix b, int m, int n, int k, boolean accumulate, Execution on) {
        product(Target.of(c.slice(), c.rowStride(), accumulate), a, b.transposed(), m, n, k, CudaExecution.of(on));
    }

    @Override
    public void multiply(
            Batch batch, Matrix c, Matrix a, Matrix b, int m, int n, int k, boolean accumulate, Execution execution) {
        CudaExecution on = CudaExecution.of(execution);
        boolean apart = batch.count() > 1 && batch.c() != 0;
        if (!apart || (long) m * n * k > SMALL || k > LONGEST_SMALL || !isAllOf(type, c, a, b)) {
            GemmKernel.super.multiply(batch, c, a, b, m, n, k, accumulate, execution);
            return;
        }
        long elements = (long) batch.count() * m * n;
        on.launch("gemm_parts", "gemm_small_" + type)
                .cover(elements, k < LONG_SUM ? THREADS : THREADS / 32)
                .block(THREADS)
                .at(c.slice())
                .at(a.slice())
                .at(b.slice())
                .bytes(strides(batch.c(), c))
                .bytes(strides(batch.a(), a))
                .bytes(strides(batch.b(), b))
                .i32(batch.count())
                .i32(m)
                .i32(n)
                .i32(k)
                .i32(accumulate ? 1 : 0)
                .run();
    }

    private static boolean isAllOf(DType type, Matrix... matrices) {
        return Arrays.stream(matrices).allMatch(m -> m.slice().storage().dtype() == type);
    }

    /** struct Strided. */
    private static MemorySegment strides(long each, Matrix m) {
        return new Structure(24).i64(each, m.rowStride(), m.columnStride()).end();
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
        Target to = new Target(y.slice(), y.rowStride(), bias, f, residual, false);
        product(to, x, Matrix.dense(weight, k), m, n, k, CudaExecution.of(on));
    }

    /** Of a (m, k) and the transpose of b (n, k). */
    private void product(Target to, Matrix a, Matrix b, int m, int n, int k, CudaExecution on) {
        if (m == 0 || n == 0) {
            return;
        }
        try (Scratch scratch = new Scratch(on)) {
            Operand right = b.slice().storage() instanceof CudaWeight
                    ? packed(b.slice(), n, k, on, scratch)
                    : Products.operand(b.slice(), b.rowStride(), b.columnStride(), n, k, type, true, on, scratch);
            // There is no kernel for A along m with B along k.
            Operand left = Products.operand(
                    a.slice(), a.rowStride(), a.columnStride(), m, k, type, !right.alongK(), on, scratch);
            Tiling.Kind kind = Products.kind(type, on);
            String order = (left.alongK() ? "k" : "r") + (right.alongK() ? "k" : "r");
            Products.Call call = new Products.Call(
                    "gemm",
                    "gemm_" + order,
                    kind,
                    launch -> launch.at(left.slice()).at(right.slice()),
                    null,
                    m,
                    n,
                    k,
                    left.ld(),
                    right.ld());
            CuBlasLt library = on.backend().cublasLt();
            if (library == null || !CuBlasLt.serves(call, to)) {
                Products.run(call, to, on, scratch);
            } else {
                library.run(call, left, right, to, place -> Products.run(call, place, on, scratch), on);
            }
        }
    }

    /** A packed weight (n, k): as it lies, if it can be read so, or in the form that it keeps for this type. */
    private Operand packed(Slice weight, int n, int k, CudaExecution on, Scratch scratch) {
        Slice dense = CudaWeight.dense(weight);
        int ld = Products.padded(k, Products.piece(type));
        if (dense.storage().dtype() == type && ld == k) {
            return new Operand(dense, k, true);
        }
        Slice form = CudaWeight.form(
                weight, type, (long) n * ld, on, scratch, to -> Products.arrange(to, ld, dense, k, 1, n, k, ld, on));
        return new Operand(form, ld, true);
    }

    @Override
    public Storage packBias(Slice bias, int n) {
        return pack(bias, n, 1);
    }

    @Override
    public Storage pack(Slice weight, int n, int k) {
        return weight.storage() instanceof CudaStorage dense && weight.offset() == 0 && dense.size() == (long) n * k
                ? new CudaWeight(dense)
                : weight.storage();
    }
}
