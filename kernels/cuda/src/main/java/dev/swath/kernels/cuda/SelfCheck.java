package dev.swath.kernels.cuda;

import dev.swath.kernels.Activation;
import dev.swath.kernels.AdaptiveAvgPoolKernel;
import dev.swath.kernels.AttentionKernel;
import dev.swath.kernels.Backend;
import dev.swath.kernels.BatchNormKernel;
import dev.swath.kernels.BinaryKernel;
import dev.swath.kernels.Conv2dKernel;
import dev.swath.kernels.CopyKernel;
import dev.swath.kernels.EmbeddingKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.GemmKernel.Matrix;
import dev.swath.kernels.InstanceNormKernel;
import dev.swath.kernels.Kernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.LayerNormKernel;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.PatchMergeKernel;
import dev.swath.kernels.ReduceKernel;
import dev.swath.kernels.ResizeKernel;
import dev.swath.kernels.Slice;
import dev.swath.kernels.SoftmaxKernel;
import dev.swath.kernels.UnaryKernel;
import dev.swath.kernels.WindowAttentionKernel;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Storage;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Whether a device computes what the processor does: every kernel of a forward pass on small inputs, in f32 and in bf16 with
 * f32 parameters, beside the scalar kernels. A card that is defective, a compiler or a library that is wrong show here in a
 * sentence, and not in somebody's masks.
 */
final class SelfCheck {
    private static final int SIDE = 12;
    private static final int CELLS = SIDE * SIDE;
    private static final int CHANNELS = 32;
    private static final int WORDS = 6;
    private static final int HEADS = 2;
    private static final int WINDOW = 5;

    /** Of the largest value: what rounding does is far below, and what is wrong far above. */
    private static final Map<DType, Double> ALLOWED = Map.of(DType.F32, 1e-4, DType.BF16, 3e-2);

    private final Backend backend;
    private final Execution on;
    private final KernelTypes types;
    private final SplittableRandom random = new SplittableRandom(1);
    private final List<Storage> taken = new ArrayList<>();
    private final Map<String, float[]> results = new LinkedHashMap<>();

    private SelfCheck(Backend backend, Execution on, KernelTypes types) {
        this.backend = backend;
        this.on = on;
        this.types = types;
    }

    /** What a device gets wrong, or null; it is tried once on this machine for each card, driver and version of the kernels. */
    static @Nullable String fault(CudaBackend backend) {
        List<String> parts =
                new ArrayList<>(List.of(backend.description(), String.valueOf(Driver.version()), Sources.headers()));
        Sources.FILES.forEach(file -> parts.add(Sources.text(file + ".cu")));
        Libraries.all().forEach(library -> parts.add(library.detail()));
        Choices known = new Choices(KernelCache.open(), "checked", parts.toArray(String[]::new));
        if (known.get("forward") != null) {
            return null;
        }
        String fault = difference(backend);
        if (fault == null) {
            known.put("forward", "right");
        }
        return fault;
    }

    /** The first kernel whose result is too far from the scalar one's, and how far, or null. */
    static @Nullable String difference(Backend backend) {
        for (DType type : List.of(DType.F32, DType.BF16)) {
            KernelTypes types = KernelTypes.of(type, DType.F32);
            Map<String, float[]> expected = results(new ScalarBackend(), types);
            Map<String, float[]> found = results(backend, types);
            for (Map.Entry<String, float[]> e : expected.entrySet()) {
                double error = error(e.getValue(), found.get(e.getKey()));
                if (Double.isNaN(error)) {
                    return e.getKey() + " in " + types + " gives values that are not numbers";
                }
                if (error > ALLOWED.get(type)) {
                    return String.format(
                            Locale.ROOT,
                            "%s in %s differs by %.1e of the largest value, where rounding allows %.0e",
                            e.getKey(),
                            types,
                            error,
                            ALLOWED.get(type));
                }
            }
        }
        return null;
    }

    /** The greatest difference as a share of the greatest value; NaN if a value is not a number. */
    private static double error(float[] expected, float[] found) {
        double largest = 0;
        double error = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            error = Math.max(error, Math.abs(found[i] - (double) expected[i])); // NaN if either is
        }
        return error / largest;
    }

    private static Map<String, float[]> results(Backend backend, KernelTypes types) {
        try (Execution on = backend.execution(Parallelism.single())) {
            SelfCheck check = new SelfCheck(backend, on, types);
            try {
                check.convolutions();
                check.products();
                check.attention();
                check.norms();
                check.maps();
                check.elements();
                return check.results;
            } finally {
                check.taken.forEach(backend::free);
            }
        }
    }

    private void convolutions() {
        Conv2dKernel kernel = withParameters(Conv2dKernel.class);
        Slice[] parts = {input(CELLS * CHANNELS), input(CELLS * 8)};
        Conv2dKernel.Geometry of3 = new Conv2dKernel.Geometry(1, SIDE, SIDE, CHANNELS + 8, CHANNELS, 3, 1, 1);
        Slice y = room(CELLS * CHANNELS);
        kernel.forward(
                y,
                parts,
                new int[] {CHANNELS, 8},
                parameter((CHANNELS + 8) * CHANNELS * 9),
                parameter(CHANNELS),
                Activation.RELU,
                of3,
                on);
        keep("conv2d of 3 x 3", y, CELLS * CHANNELS);
        Conv2dKernel.Geometry patches = new Conv2dKernel.Geometry(1, SIDE, SIDE, 3, CHANNELS, 4, 4, 0);
        Slice embedded = room(CELLS / 16 * CHANNELS);
        kernel.forward(
                embedded,
                new Slice[] {input(CELLS * 3)},
                new int[] {3},
                parameter(3 * CHANNELS * 16),
                parameter(CHANNELS),
                Activation.IDENTITY,
                patches,
                on);
        keep("conv2d of 4 x 4", embedded, CELLS / 16 * CHANNELS);
    }

    private void products() {
        int n = 3 * CHANNELS;
        Slice y = room(CELLS * n);
        withParameters(GemmKernel.class)
                .linear(
                        Matrix.dense(y, n),
                        Matrix.dense(input(CELLS * CHANNELS), CHANNELS),
                        parameter(n * CHANNELS),
                        parameter(n),
                        Activation.GELU,
                        input(CELLS * n),
                        CELLS,
                        n,
                        CHANNELS,
                        on);
        keep("linear", y, CELLS * n);
        Slice c = room(CELLS * WORDS);
        kernel(GemmKernel.class)
                .multiply(
                        Matrix.dense(c, WORDS),
                        Matrix.dense(input(CELLS * CHANNELS), CHANNELS),
                        Matrix.dense(input(WORDS * CHANNELS), CHANNELS).transposed(),
                        CELLS,
                        WORDS,
                        CHANNELS,
                        false,
                        on);
        keep("matmul", c, CELLS * WORDS);
    }

    private void attention() {
        Slice windows = room(CELLS * CHANNELS);
        withParameters(WindowAttentionKernel.class)
                .forward(
                        windows,
                        null,
                        input(CELLS * 3 * CHANNELS),
                        parameter(3 * CHANNELS),
                        parameter((2 * WINDOW - 1) * (2 * WINDOW - 1) * HEADS),
                        new WindowAttentionKernel.Geometry(1, SIDE, SIDE, CHANNELS, HEADS, WINDOW, WINDOW / 2),
                        on);
        keep("window_attention", windows, CELLS * CHANNELS);
        float[] visible = new float[WORDS];
        for (int i = 0; i < WORDS - 1; i++) {
            visible[i] = 1;
        }
        Slice y = room(CELLS * CHANNELS);
        kernel(AttentionKernel.class)
                .forward(
                        y,
                        null,
                        input(CELLS * CHANNELS),
                        CHANNELS,
                        input(WORDS * CHANNELS),
                        CHANNELS,
                        input(WORDS * CHANNELS),
                        CHANNELS,
                        there(Tensor.of(visible, WORDS).to(types.x())),
                        null,
                        new AttentionKernel.Geometry(1, CELLS, WORDS, CHANNELS, HEADS, 0.25),
                        on);
        keep("attention", y, CELLS * CHANNELS);
        Slice embedded = room(WORDS * CHANNELS);
        withParameters(EmbeddingKernel.class)
                .forward(
                        embedded,
                        parameter(20 * CHANNELS),
                        there(Tensor.of(new long[] {19, 0, 7, 7, 3, 12}, WORDS)),
                        WORDS,
                        CHANNELS,
                        on);
        keep("embedding", embedded, WORDS * CHANNELS);
        Slice softmax = room(CELLS * WORDS);
        kernel(SoftmaxKernel.class).forward(softmax, input(CELLS * WORDS), false, CELLS, WORDS, on);
        keep("softmax", softmax, CELLS * WORDS);
    }

    private void norms() {
        int n = CELLS * CHANNELS;
        Slice layer = room(n);
        withParameters(LayerNormKernel.class)
                .forward(
                        layer,
                        null,
                        null,
                        input(n),
                        parameter(CHANNELS),
                        parameter(CHANNELS),
                        1e-5,
                        CELLS,
                        CHANNELS,
                        on);
        keep("layer_norm", layer, n);
        Slice instance = room(n);
        kernel(InstanceNormKernel.class).forward(instance, null, null, input(n), 1e-5, 1, CELLS, CHANNELS, on);
        keep("instance_norm", instance, n);
        BatchNormKernel kernel = withParameters(BatchNormKernel.class);
        Slice x = input(n);
        Slice mean = room(types.parameters(), CHANNELS);
        Slice variance = room(types.parameters(), CHANNELS);
        kernel.statistics(mean, variance, x, CELLS, CHANNELS, on);
        Slice weight = parameter(CHANNELS);
        Slice bias = parameter(CHANNELS);
        for (Activation f : new Activation[] {Activation.IDENTITY, Activation.RELU}) {
            Slice batch = room(n);
            kernel.forward(batch, x, mean, variance, weight, bias, 1e-5, f, CELLS, CHANNELS, on);
            keep(f == Activation.RELU ? "batch_norm with relu" : "batch_norm", batch, n);
        }
    }

    private void maps() {
        Slice pooled = room(9 * CHANNELS);
        kernel(AdaptiveAvgPoolKernel.class).forward(pooled, input(CELLS * CHANNELS), 1, SIDE, SIDE, CHANNELS, 3, 3, on);
        keep("adaptive_avg_pool", pooled, 9 * CHANNELS);
        for (boolean corners : new boolean[] {false, true}) {
            Slice wide = room(4 * CELLS * CHANNELS);
            ResizeKernel.Geometry g = new ResizeKernel.Geometry(1, SIDE, SIDE, CHANNELS, 2 * SIDE, 2 * SIDE, corners);
            kernel(ResizeKernel.class).forward(wide, input(CELLS * CHANNELS), g, on);
            keep(corners ? "resize with corners aligned" : "resize", wide, 4 * CELLS * CHANNELS);
        }
        Slice merged = room(CELLS * CHANNELS);
        kernel(PatchMergeKernel.class).forward(merged, input(CELLS * CHANNELS), 1, SIDE, SIDE, CHANNELS, on);
        keep("patch_merge", merged, CELLS * CHANNELS);
        Slice turned = room(CELLS * CHANNELS);
        kernel(CopyKernel.class)
                .copy(
                        turned,
                        new long[] {CELLS, 1},
                        input(CELLS * CHANNELS),
                        new long[] {1, CHANNELS},
                        new int[] {CHANNELS, CELLS},
                        on);
        keep("copy", turned, CELLS * CHANNELS);
    }

    private void elements() {
        int n = CELLS * CHANNELS;
        for (ReduceKernel.Function f : ReduceKernel.Function.values()) {
            Slice y = room(CELLS);
            kernel(ReduceKernel.class).forward(y, input(n), f, CELLS, CHANNELS, 1, on);
            keep("reduce, " + f.name().toLowerCase(Locale.ROOT), y, CELLS);
        }
        for (Activation f :
                List.of(Activation.GELU, Activation.RELU, Activation.SIGMOID, Activation.TANH, Activation.EXP)) {
            Slice y = room(n);
            kernel(UnaryKernel.class).forward(y, input(n), f, n, on);
            keep(f.name().toLowerCase(Locale.ROOT), y, n);
        }
        Slice gated = room(n);
        kernel(BinaryKernel.class)
                .forward(
                        gated,
                        input(n),
                        new long[] {CHANNELS, 1},
                        input(CELLS),
                        new long[] {1, 0},
                        BinaryKernel.Function.MUL,
                        new int[] {CELLS, CHANNELS},
                        on);
        keep("mul", gated, n);
    }

    private <K extends Kernel> K kernel(Class<K> kind) {
        return backend.kernel(kind, types.x());
    }

    private <K extends Kernel> K withParameters(Class<K> kind) {
        return backend.kernel(kind, types);
    }

    /** Activations: the same numbers on every backend, rounded to the type before they get there. */
    private Slice input(int n) {
        return there(noise(n).to(types.x()));
    }

    private Slice parameter(int n) {
        return there(noise(n).to(types.parameters()));
    }

    private Tensor noise(int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(values, n);
    }

    private Slice there(Tensor host) {
        Tensor tensor = backend.upload(host);
        taken.add(tensor.storage());
        return Slice.of(tensor);
    }

    private Slice room(int n) {
        return room(types.x(), n);
    }

    private Slice room(DType type, int n) {
        Storage storage = backend.allocate(type, n);
        taken.add(storage);
        return Slice.of(storage, 0);
    }

    private void keep(String name, Slice y, int n) {
        results.put(
                name,
                backend.download(Tensor.over(y.storage(), Shape.of(n), 0))
                        .to(DType.F32)
                        .toFloatArray());
    }
}
