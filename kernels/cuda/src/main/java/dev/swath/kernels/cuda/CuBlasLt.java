package dev.swath.kernels.cuda;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Slice;
import dev.swath.kernels.cuda.Products.Operand;
import dev.swath.kernels.cuda.Products.Target;
import dev.swath.tensor.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.cuda.cublas.cublasLtMatmulAlgo_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulDescOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulHeuristicResult_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulPreferenceOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatrixLayoutOpaque_t;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products by NVIDIA's cuBLASLt. It knows column-major matrices only: our C = A B is its C' = B' A', so its first operand
 * is our second. For each shape its most promising algorithms and our own kernel are timed once, and the fastest is kept.
 *
 * <p>Bias, ReLU and a residual are done with the product. Its GELU is another function than ours, by tanh in place of erf: 4.7e-4
 * off at most, at 2.7 and -2.7. That is a sixteenth of the most that bf16 rounds of the one result, 2.69, and sixteen times the
 * most that it rounds of the other, -0.0094. It serves where the result is bf16, unless {@code -Dswath.cuda.gelu=exact} forbids
 * it; all other functions are a pass of their own behind the product.
 */
final class CuBlasLt implements AutoCloseable {
    private static final int CANDIDATES = 8;
    private static final long MOST_WORKSPACE = 64L << 20;
    private static final String OWN = "own";
    private static final boolean TANH_GELU = !"exact".equals(System.getProperty("swath.cuda.gelu"));

    private final CudaBackend owner;
    private final cublasLtContext handle = new cublasLtContext();
    private final Choices choices;
    private final Map<Shape, Plan> plans = new HashMap<>();
    private final FloatPointer one = new FloatPointer(1f);
    private final FloatPointer zero = new FloatPointer(0f);

    /** For a backend whose machine has the library. */
    CuBlasLt(CudaBackend owner) {
        this.owner = owner;
        owner.gpu().enter();
        check(cublas.cublasLtCreate(handle), "opening cuBLASLt");
        choices = new Choices(
                KernelCache.open(),
                "products",
                owner.gpu().name(),
                "cublasLt " + cublas.cublasLtGetVersion(),
                "timed as recorded");
    }

    /**
     * What an algorithm depends on.
     *
     * @param aAlongK whether A lies along k
     * @param bAlongK whether B does
     * @param bias its type, or null for none
     * @param f behind the product; what the library has not is a pass of its own, and part of what is timed
     * @param add whether C is added to: by accumulation, or as a residual
     * @param alignment of all addresses, in bytes
     */
    private record Shape(
            int m,
            int n,
            int k,
            long lda,
            long ldb,
            long ldc,
            boolean aAlongK,
            boolean bAlongK,
            DType in,
            DType out,
            boolean tf32,
            @Nullable DType bias,
            Activation f,
            boolean add,
            int alignment) {
        /** As a word of a file. */
        String text() {
            return String.join(
                    " ",
                    m + "x" + n + "x" + k,
                    lda + "," + ldb + "," + ldc,
                    (aAlongK ? "k" : "r") + (bAlongK ? "k" : "r"),
                    in + ">" + out + (tf32 ? " tf32" : ""),
                    (bias == null ? "" : bias + " bias ")
                            + f
                            + (isTanh(f, out) ? " by tanh" : "")
                            + (add ? " add" : ""),
                    "@" + alignment);
        }
    }

    /** One algorithm, and the memory that it wants while it runs. */
    private record Algorithm(cublasLtMatmulAlgo_t algo, long workspace) {
        String text() {
            StringBuilder s = new StringBuilder(Long.toHexString(workspace));
            for (int i = 0; i < 8; i++) {
                s.append(' ').append(HexFormat.of().toHexDigits(algo.data(i)));
            }
            return s.toString();
        }

        /** What {@link #text} gave, or null if it is something else. */
        static @Nullable Algorithm of(String text) {
            String[] words = text.split(" ");
            if (words.length != 9) {
                return null;
            }
            try {
                cublasLtMatmulAlgo_t algo = new cublasLtMatmulAlgo_t();
                for (int i = 0; i < 8; i++) {
                    algo.data(i, Long.parseUnsignedLong(words[i + 1], 16));
                }
                return new Algorithm(algo, Long.parseUnsignedLong(words[0], 16));
            } catch (NumberFormatException e) {
                return null;
            }
        }
    }

    /** The descriptions of one shape, and what was chosen for it. */
    private static final class Plan {
        private final cublasLtMatmulDescOpaque_t product;
        private final cublasLtMatrixLayoutOpaque_t a;
        private final cublasLtMatrixLayoutOpaque_t b;
        private final cublasLtMatrixLayoutOpaque_t c;
        private @Nullable Algorithm chosen;
        private @Nullable Algorithm untimed;
        private boolean own;

        Plan(
                cublasLtMatmulDescOpaque_t product,
                cublasLtMatrixLayoutOpaque_t a,
                cublasLtMatrixLayoutOpaque_t b,
                cublasLtMatrixLayoutOpaque_t c) {
            this.product = product;
            this.a = a;
            this.b = b;
            this.c = c;
        }
    }

    /** An address of the device as JavaCPP passes it. */
    private static final class Address extends Pointer {
        Address(long address) {
            super((Pointer) null);
            this.address = address;
        }
    }

    /**
     * One product to be done.
     *
     * @param fused whether the library does all of it in one go
     */
    private record Job(Products.Call call, Operand a, Operand b, Target to, boolean fused, CudaExecution on) {
        Job into(Target place) {
            return new Job(call, a, b, place, fused, on);
        }
    }

    /** Whether the library can do it; a residual behind a function that it has not is for our own kernel. */
    static boolean serves(Products.Call call, Target to) {
        return call.m() > 0 && call.n() > 0 && call.k() > 0 && (fused(to) || to.residual() == null);
    }

    private static boolean fused(Target to) {
        return switch (to.f()) {
            case IDENTITY -> true;
            case RELU -> to.residual() == null;
            case GELU -> isTanh(to.f(), to.c().storage().dtype()) && to.residual() == null && !to.accumulate();
            default -> false;
        };
    }

    /** Whether the library's own GELU serves for results of that type. */
    private static boolean isTanh(Activation f, DType out) {
        return TANH_GELU && f == Activation.GELU && out == DType.BF16;
    }

    /**
     * C = f(AB + bias) + residual (+ C), by the library or, where that is faster, by our own kernel.
     *
     * @param own runs our own kernel with the result in the given place
     */
    void run(Products.Call call, Operand a, Operand b, Target to, Consumer<Target> own, CudaExecution on) {
        DType out = to.c().storage().dtype();
        boolean fused = fused(to);
        Shape shape = new Shape(
                call.m(),
                call.n(),
                call.k(),
                a.ld(),
                b.ld(),
                to.ld(),
                a.alongK(),
                b.alongK(),
                a.slice().storage().dtype(),
                out,
                call.kind() == Tiling.Kind.TF32,
                to.bias() == null ? null : to.bias().storage().dtype(),
                to.f(),
                to.accumulate() || to.residual() != null,
                Math.min(
                        Math.min(alignment(a.slice()), alignment(b.slice())),
                        Math.min(alignment(to.c()), to.residual() == null ? 256 : alignment(to.residual()))));
        Plan plan = plan(shape);
        Job job = new Job(call, a, b, to, fused, on);
        if (!plan.own && plan.chosen == null) {
            choose(shape, plan, job, own);
        }
        if (plan.own) {
            own.accept(to);
        } else {
            Algorithm algorithm = plan.chosen != null ? plan.chosen : plan.untimed;
            multiply(plan, algorithm, job);
        }
    }

    private static int alignment(Slice slice) {
        long offset = slice.offset() * (long) slice.storage().dtype().bytes();
        return (int) Math.min(256, offset == 0 ? 256 : Long.lowestOneBit(offset));
    }

    private synchronized Plan plan(Shape s) {
        return plans.computeIfAbsent(s, this::describe);
    }

    private Plan describe(Shape s) {
        try (PointerPointer<Pointer> out = new PointerPointer<>(1)) {
            int compute = s.tf32 ? cublas.CUBLAS_COMPUTE_32F_FAST_TF32 : cublas.CUBLAS_COMPUTE_32F;
            check(cublas.cublasLtMatmulDescCreate(out, compute, type(DType.F32)), "describing a product");
            cublasLtMatmulDescOpaque_t product = new cublasLtMatmulDescOpaque_t(out.get(Pointer.class, 0));
            set(product, cublas.CUBLASLT_MATMUL_DESC_TRANSA, s.bAlongK ? cublas.CUBLAS_OP_T : cublas.CUBLAS_OP_N);
            set(product, cublas.CUBLASLT_MATMUL_DESC_TRANSB, s.aAlongK ? cublas.CUBLAS_OP_N : cublas.CUBLAS_OP_T);
            set(product, cublas.CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue(s));
            if (s.bias != null) {
                set(product, cublas.CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE, type(s.out));
            }
            return new Plan(
                    product,
                    layout(out, s.in, s.bAlongK ? s.k : s.n, s.bAlongK ? s.n : s.k, s.ldb),
                    layout(out, s.in, s.aAlongK ? s.k : s.m, s.aAlongK ? s.m : s.k, s.lda),
                    layout(out, s.out, s.n, s.m, s.ldc));
        }
    }

    private static int epilogue(Shape s) {
        if (s.f == Activation.RELU) {
            return s.bias != null ? cublas.CUBLASLT_EPILOGUE_RELU_BIAS : cublas.CUBLASLT_EPILOGUE_RELU;
        }
        if (isTanh(s.f, s.out) && !s.add) {
            return s.bias != null ? cublas.CUBLASLT_EPILOGUE_GELU_BIAS : cublas.CUBLASLT_EPILOGUE_GELU;
        }
        return s.bias != null ? cublas.CUBLASLT_EPILOGUE_BIAS : cublas.CUBLASLT_EPILOGUE_DEFAULT;
    }

    private static cublasLtMatrixLayoutOpaque_t layout(
            PointerPointer<Pointer> out, DType type, long rows, long columns, long ld) {
        check(
                cublas.cublasLtMatrixLayoutCreate(out, type(type), rows, columns, Math.max(rows, ld)),
                "describing a matrix");
        return new cublasLtMatrixLayoutOpaque_t(out.get(Pointer.class, 0));
    }

    private static int type(DType type) {
        return type == DType.BF16 ? cudart.CUDA_R_16BF : cudart.CUDA_R_32F;
    }

    private static void set(cublasLtMatmulDescOpaque_t product, int attribute, int value) {
        try (IntPointer v = new IntPointer(1).put(0, value)) {
            check(cublas.cublasLtMatmulDescSetAttribute(product, attribute, v, Integer.BYTES), "describing a product");
        }
    }

    /** Takes the choice that was kept, or times; while work is recorded nothing can be timed, and the first candidate serves. */
    private synchronized void choose(Shape shape, Plan plan, Job job, Consumer<Target> own) {
        Target to = job.to;
        String work = shape.text();
        String kept = choices.get(work);
        if (kept != null && accept(plan, kept)) {
            return;
        }
        List<Algorithm> candidates = candidates(shape, plan);
        if (candidates.isEmpty()) {
            plan.own = true;
            return;
        }
        if (owner.gpu().isRecording()) {
            plan.untimed = candidates.getFirst();
            return;
        }
        try (Scratch scratch = new Scratch(job.on)) {
            // The trials write to a place of their own: C may be an operand too.
            Slice place = scratch.take(shape.out, (shape.m - 1) * to.ld() + shape.n);
            Target trial = new Target(
                    place, to.ld(), to.bias(), to.f(), to.residual() == null ? null : place, to.accumulate());
            List<Runnable> ways = new ArrayList<>();
            for (Algorithm candidate : candidates) {
                ways.add(() -> trial(plan, candidate, job.into(trial)));
            }
            ways.add(() -> own.accept(trial));
            int best = Choices.fastest(ways, job.on);
            plan.own = best == candidates.size();
            plan.chosen = plan.own ? null : candidates.get(best);
        }
        choices.put(work, plan.own ? OWN : plan.chosen.text());
    }

    private void trial(Plan plan, Algorithm candidate, Job job) {
        try {
            multiply(plan, candidate, job);
        } catch (CudaException e) {
            throw new Choices.RefusedException(e.getMessage());
        }
    }

    private static boolean accept(Plan plan, String kept) {
        if (kept.equals(OWN)) {
            plan.own = true;
            return true;
        }
        Algorithm algorithm = Algorithm.of(kept);
        plan.chosen = algorithm;
        return algorithm != null;
    }

    private List<Algorithm> candidates(Shape s, Plan plan) {
        try (PointerPointer<Pointer> out = new PointerPointer<>(1);
                cublasLtMatmulHeuristicResult_t results = new cublasLtMatmulHeuristicResult_t(CANDIDATES);
                IntPointer found = new IntPointer(1);
                LongPointer workspace = new LongPointer(1).put(0, MOST_WORKSPACE);
                IntPointer alignment = new IntPointer(1).put(0, s.alignment)) {
            check(cublas.cublasLtMatmulPreferenceCreate(out), "describing preferences");
            cublasLtMatmulPreferenceOpaque_t preference =
                    new cublasLtMatmulPreferenceOpaque_t(out.get(Pointer.class, 0));
            prefer(preference, cublas.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, workspace, Long.BYTES);
            prefer(preference, cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, alignment, Integer.BYTES);
            prefer(preference, cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, alignment, Integer.BYTES);
            prefer(preference, cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, alignment, Integer.BYTES);
            prefer(preference, cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, alignment, Integer.BYTES);
            found.put(0, 0);
            int status = cublas.cublasLtMatmulAlgoGetHeuristic(
                    handle, plan.product, plan.a, plan.b, plan.c, plan.c, preference, CANDIDATES, results, found);
            cublas.cublasLtMatmulPreferenceDestroy(preference);
            List<Algorithm> all = new ArrayList<>();
            if (status != cublas.CUBLAS_STATUS_SUCCESS) {
                return all; // This product is none of the library's.
            }
            for (int i = 0; i < found.get(0); i++) {
                cublasLtMatmulHeuristicResult_t r = results.getPointer(i);
                if (r.state() == cublas.CUBLAS_STATUS_SUCCESS) {
                    cublasLtMatmulAlgo_t algo = new cublasLtMatmulAlgo_t();
                    for (int j = 0; j < 8; j++) {
                        algo.data(j, r.algo().data(j));
                    }
                    all.add(new Algorithm(algo, r.workspaceSize()));
                }
            }
            return all;
        }
    }

    private static void prefer(cublasLtMatmulPreferenceOpaque_t preference, int attribute, Pointer value, long bytes) {
        check(
                cublas.cublasLtMatmulPreferenceSetAttribute(preference, attribute, value, bytes),
                "describing preferences");
    }

    /** Calls the library. */
    private synchronized void multiply(Plan plan, Algorithm algorithm, Job job) {
        CudaExecution on = job.on;
        Target to = job.to;
        owner.gpu().enter();
        boolean adds = to.residual() != null || to.accumulate();
        try (Scratch scratch = new Scratch(on)) {
            if (to.bias() != null) {
                setBias(plan, bias(to, job.call.n(), on, scratch), on);
            }
            Slice workspace = algorithm.workspace == 0
                    ? null
                    : scratch.take(DType.F32, (algorithm.workspace + Float.BYTES - 1) / Float.BYTES);
            check(
                    cublas.cublasLtMatmul(
                            handle,
                            plan.product,
                            one,
                            new Address(on.address(job.b.slice())),
                            plan.a,
                            new Address(on.address(job.a.slice())),
                            plan.b,
                            adds ? one : zero,
                            new Address(on.address(to.residual() != null ? to.residual() : to.c())),
                            plan.c,
                            new Address(on.address(to.c())),
                            plan.c,
                            algorithm.algo,
                            workspace == null ? null : new Address(on.address(workspace)),
                            algorithm.workspace,
                            owner.gpu().stream()),
                    "multiplying");
        }
        if (!job.fused) {
            Products.activate(to, job.call.m(), job.call.n(), on);
        }
    }

    /** The bias in C's type and at a multiple of 16 bytes, as the library wants it. */
    private static Slice bias(Target to, int n, CudaExecution on, Scratch scratch) {
        Slice bias = to.bias();
        DType out = to.c().storage().dtype();
        if (bias.storage().dtype() == out && Products.aligned(bias)) {
            return bias;
        }
        return CudaWeight.form(bias, out, n, on, scratch, place -> Products.arrange(place, n, bias, n, 1, 1, n, n, on));
    }

    private static void setBias(Plan plan, Slice bias, CudaExecution on) {
        try (LongPointer at = new LongPointer(1).put(0, on.address(bias))) {
            check(
                    cublas.cublasLtMatmulDescSetAttribute(
                            plan.product, cublas.CUBLASLT_MATMUL_DESC_BIAS_POINTER, at, Long.BYTES),
                    "describing a product");
        }
    }

    private static void check(int status, String what) {
        if (status != cublas.CUBLAS_STATUS_SUCCESS) {
            throw new CudaException(
                    "[cuda] " + what + " by cuBLASLt failed: "
                            + cublas.cublasLtGetStatusString(status).getString(),
                    status);
        }
    }

    @Override
    public synchronized void close() {
        for (Plan plan : plans.values()) {
            cublas.cublasLtMatmulDescDestroy(plan.product);
            cublas.cublasLtMatrixLayoutDestroy(plan.a);
            cublas.cublasLtMatrixLayoutDestroy(plan.b);
            cublas.cublasLtMatrixLayoutDestroy(plan.c);
        }
        plans.clear();
        cublas.cublasLtDestroy(handle);
        one.close();
        zero.close();
    }
}
