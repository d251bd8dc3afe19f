package dev.swath.kernels.cuda;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Execution;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.GemmKernel.Matrix;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code gemm.cu}, {@code hopper_gemm.cu}, {@code gemm_f32.cu}, {@code gemm_tf32.cu} and {@code gemm_parts.cu}: our own kernels, whatever library is here. */
class GemmKernelTest {
    private static final int MOST = 131;
    private static final double TF32_ERROR = 5e-3;

    @BeforeAll
    static void here() {
        Emulator.require();
    }

    private static Iterable<KernelTypes> types() {
        return KernelCheck.types();
    }

    /** The same, and sums in f32 of what is computed in bf16. */
    private static Iterable<KernelTypes> linearTypes() {
        List<KernelTypes> all = new ArrayList<>(KernelCheck.types());
        all.add(KernelTypes.of(DType.BF16).to(DType.F32));
        all.add(KernelTypes.of(DType.BF16, DType.F32).to(DType.F32));
        return all;
    }

    /** Puts a device into the state that the call shall meet. */
    static void own(Execution on, boolean tf32, boolean hopper) {
        if (on instanceof CudaExecution e) {
            e.backend().useLibraries(false);
            e.backend().allowTf32(tf32);
            e.backend().useHopper(hopper);
        }
    }

    /** One operand of a product: stored by rows or by columns, lines apart by more than they are long at times. */
    private record Stored(boolean byColumns, long apart, int elements) {
        static Stored of(KernelCheck<?> c, int rows, int columns) {
            boolean byColumns = c.toss();
            int line = byColumns ? rows : columns;
            int lines = byColumns ? columns : rows;
            int gap = c.toss() ? 0 : c.random().nextInt(20);
            return new Stored(byColumns, line + gap, lines * (line + gap));
        }

        Matrix matrix(Slice slice) {
            return byColumns ? new Matrix(slice, 1, apart) : new Matrix(slice, apart, 1);
        }
    }

    private static void multiplies(KernelTypes types, long seed, int longest, boolean tf32) {
        KernelCheck<GemmKernel> c = KernelCheck.of(GemmKernel.class, types, seed);
        int m = c.extentOrNone(MOST);
        int n = c.extentOrNone(MOST);
        int k = longest > MOST ? longest - c.random().nextInt(99) : c.extentOrNone(257);
        boolean accumulate = c.toss();
        Stored a = Stored.of(c, m, k);
        Stored b = Stored.of(c, k, n);
        long apart = n + c.random().nextInt(3);
        DType weight = c.toss() ? types.x() : types.parameters();
        DType result = c.toss() ? types.x() : types.parameters();
        // An f32 weight beside bf16 activations is rounded by the kernel, so a rounded one is what the truth must have.
        KernelCheck<GemmKernel>.Operand y = accumulate ? c.inOut(result, m * apart) : c.out(result, m * apart);
        KernelCheck<GemmKernel>.Operand left = c.in(types.x(), a.elements);
        KernelCheck<GemmKernel>.Operand right =
                c.in(weight, c.in(types.x(), b.elements).values());
        if (apart > n && !accumulate) {
            return; // What lies between the rows of a result is not written, so it cannot be compared with "not a
            // number".
        }
        if (tf32) {
            c.within(TF32_ERROR, 5e-3);
        } else if (types.x() == DType.BF16) {
            c.within(5e-3, 5e-3);
        }
        y.sumOf(k);
        c.check((kernel, on) -> {
            own(on, tf32, seed % 2 == 0);
            Matrix to = new Matrix(y.slice(), apart, 1);
            kernel.multiply(to, a.matrix(left.slice()), b.matrix(right.slice()), m, n, k, accumulate, on);
        });
    }

    @ParameterizedTest
    @MethodSource("types")
    void multipliesAtAnyStrides(KernelTypes types) {
        KernelCheck.seeds().forEach(seed -> multiplies(types, seed, 0, false));
    }

    private static void multipliesBatch(KernelTypes types, long seed) {
        KernelCheck<GemmKernel> c = KernelCheck.of(GemmKernel.class, types, seed);
        int count = 1 + c.random().nextInt(9);
        int m = c.extentOrNone(7);
        int n = c.extentOrNone(99);
        int k = c.extentOrNone(150);
        boolean accumulate = c.toss();
        boolean repeats = c.toss();
        Stored a = Stored.of(c, m, k);
        Stored b = Stored.of(c, k, n);
        KernelCheck<GemmKernel>.Operand y =
                accumulate ? c.inOut(types.x(), (long) count * m * n) : c.out(types.x(), (long) count * m * n);
        KernelCheck<GemmKernel>.Operand left = c.in(types.x(), repeats ? a.elements : (long) count * a.elements);
        KernelCheck<GemmKernel>.Operand right = c.in(types.x(), (long) count * b.elements);
        if (types.x() == DType.BF16) {
            c.within(5e-3, 5e-3);
        }
        y.sumOf(k);
        GemmKernel.Batch batch = new GemmKernel.Batch(count, (long) m * n, repeats ? 0 : a.elements, b.elements);
        c.check((kernel, on) -> {
            own(on, false, false);
            Matrix to = Matrix.dense(y.slice(), n);
            kernel.multiply(batch, to, a.matrix(left.slice()), b.matrix(right.slice()), m, n, k, accumulate, on);
        });
    }

    @ParameterizedTest
    @MethodSource("types")
    void multipliesBatches(KernelTypes types) {
        KernelCheck.seeds().forEach(seed -> multipliesBatch(types, seed));
    }

    @ParameterizedTest
    @MethodSource("types")
    void multipliesLongSums(KernelTypes types) {
        KernelCheck.seeds().limit(2).forEach(seed -> multiplies(types, seed, 9001, false));
    }

    @ParameterizedTest
    @MethodSource("types")
    void roundsToTf32WhereThatIsAllowed(KernelTypes types) {
        KernelCheck.seeds().limit(8).forEach(seed -> multiplies(types, seed, 0, true));
    }

    private static void linear(KernelTypes types, long seed, int longest) {
        KernelCheck<GemmKernel> c = KernelCheck.of(GemmKernel.class, types, seed);
        int m = c.extentOrNone(MOST);
        int n = c.extentOrNone(MOST);
        int k = longest > 0 ? longest : c.extentOrNone(257);
        long apart = k + (c.toss() ? 0 : c.random().nextInt(20));
        Activation f = c.toss() ? Activation.GELU : c.epilogue();
        boolean biased = c.toss();
        int residual = c.random().nextInt(3);
        KernelCheck<GemmKernel>.Operand y =
                residual == 2 ? c.inOut(types.y(), (long) m * n) : c.out(types.y(), (long) m * n);
        KernelCheck<GemmKernel>.Operand x = c.in(types.x(), m * apart);
        KernelCheck<GemmKernel>.Operand w =
                c.in(types.parameters(), c.in(types.x(), (long) n * k).values());
        KernelCheck<GemmKernel>.Operand bias = c.in(types.parameters(), n);
        KernelCheck<GemmKernel>.Operand other = c.in(types.y(), (long) m * n);
        y.sumOf(k);
        c.check((kernel, on) -> {
            own(on, false, seed % 2 == 0);
            kernel.linear(
                    Matrix.dense(y.slice(), n),
                    Matrix.dense(x.slice(), apart),
                    w.slice(),
                    biased ? bias.slice() : null,
                    f,
                    residual == 0 ? null : residual == 1 ? other.slice() : y.slice(),
                    m,
                    n,
                    k,
                    on);
        });
    }

    @ParameterizedTest
    @MethodSource("linearTypes")
    void appliesBiasFunctionAndResidual(KernelTypes types) {
        KernelCheck.seeds().forEach(seed -> linear(types, seed, 0));
        KernelCheck.seeds().limit(2).forEach(seed -> linear(types, 1000 + seed, 8200));
    }
}
