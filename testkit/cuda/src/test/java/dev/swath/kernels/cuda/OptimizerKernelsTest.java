package dev.swath.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.swath.kernels.Activation;
import dev.swath.kernels.AdamWKernel;
import dev.swath.kernels.CopyKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.GradientClippingKernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Recorded;
import dev.swath.kernels.Slice;
import dev.swath.kernels.cuda.Trial.Operand;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Storage;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The optimizer's kernels over many tensors at once, against the scalar ones. */
class OptimizerKernelsTest {
    /** Gradients of parameters have their type. */
    static final List<KernelTypes> TYPES = List.of(KernelTypes.of(DType.F32), KernelTypes.of(DType.BF16));

    private final Random random = new Random(17);
    private CudaBackend backend;

    @BeforeEach
    void open() {
        backend = Devices.backend();
    }

    private int size(int i) {
        return i == 0 ? 0 : i == 1 ? 33_000 + random.nextInt(99) : 1 + random.nextInt(300);
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void adamW(KernelTypes types) {
        // A gradient that is scaled is rounded to its type, which the truth in f64 does not do.
        double share = types.x() == DType.BF16 ? 5e-3 : 1e-5;
        for (int i = 0; i < Math.max(4, Trial.SHAPES / 4); i++) {
            Trial t = new Trial(random, types).about("step " + i);
            int tensors = i == 0 ? 0 : 1 + random.nextInt(5);
            List<Operand[]> operands = new ArrayList<>();
            List<Integer> sizes = new ArrayList<>();
            for (int k = 0; k < tensors; k++) {
                int n = size(k == 0 && i == 1 ? 1 : k == 1 ? 0 : 2);
                sizes.add(n);
                operands.add(new Operand[] {
                    t.changed("parameter", types.x(), n, random::nextGaussian),
                    t.changed("first", DType.F32, n, random::nextGaussian).within(share),
                    t.changed("second", DType.F32, n, random::nextDouble).within(share),
                    t.x(n),
                    t.changed("steps", DType.I64, 1, () -> random.nextInt(50))
                });
            }
            Operand rate = t.given(DType.F64, 1, () -> 0.01 * random.nextDouble());
            AdamWKernel.Coefficients c = new AdamWKernel.Coefficients(0.9, 0.999, 1e-8);
            Operand norm = t.given(DType.F64, 1, () -> 4 * random.nextDouble());
            boolean bounded = i % 3 != 0;
            t.run(backend, AdamWKernel.class, (kernel, at, on) -> {
                List<AdamWKernel.Slot> slots = new ArrayList<>();
                for (int k = 0; k < operands.size(); k++) {
                    Operand[] o = operands.get(k);
                    slots.add(new AdamWKernel.Slot(
                            at.apply(o[0]),
                            at.apply(o[1]),
                            at.apply(o[2]),
                            at.apply(o[3]),
                            at.apply(o[4]),
                            0.01 * k,
                            sizes.get(k)));
                }
                kernel.step(slots, at.apply(rate), c, bounded ? new AdamWKernel.Bound(at.apply(norm), 2) : null, on);
            });
        }
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void gradientClipping(KernelTypes types) {
        for (int i = 0; i < Math.max(4, Trial.SHAPES / 4); i++) {
            Trial t = new Trial(random, types).about("clipping " + i);
            int tensors = i == 0 ? 0 : 1 + random.nextInt(5);
            int[] n = new int[tensors];
            List<Operand> gradients = new ArrayList<>();
            for (int k = 0; k < tensors; k++) {
                n[k] = size(k == 0 && i == 1 ? 1 : k == 1 ? 0 : 2);
                gradients.add(t.changed("gradient", types.x(), n[k], random::nextGaussian));
            }
            Operand norm = t.result("norm", DType.F64, 1);
            double most = i % 3 == 0 ? 1e9 : 3;
            t.run(backend, GradientClippingKernel.class, (kernel, at, on) -> {
                kernel.norm(at.apply(norm), gradients.stream().map(at).toList(), n, on);
                kernel.scale(gradients.stream().map(at).toList(), n, at.apply(norm), most, on);
            });
        }
    }

    /** The table of tensors is uploaded when it is new and not again. */
    @Test
    void tablesAreUploadedOnce() {
        Tables tables = new Tables();
        long before = backend.transfers().uploads();
        for (int i = 0; i < 5; i++) {
            tables.of(new long[] {1, 2, 3}, backend);
            tables.of(new long[] {1, 2, 4}, backend);
        }
        assertEquals(2, backend.transfers().uploads() - before);
    }

    /** A weight of f32 that is trained and multiplied in bf16. */
    private final class Trained {
        private final int n;
        private final Slice weight;
        private final Slice whole;
        private final Slice x = of(DType.BF16, 8 * 16);
        private final List<AdamWKernel.Slot> slots;
        private final Slice rate = of(DType.F64, 1);
        private final Slice y = of(DType.BF16, 8 * 24);
        private final Execution on = backend.execution(Parallelism.single());

        /** As much memory before the part that is trained, and behind it. */
        Trained(int n, int before, int behind) {
            this.n = n;
            this.whole = of(DType.F32, before + n + behind);
            this.weight = whole.plus(before);
            Slice steps = Slice.of(backend.allocate(DType.I64, 1), 0);
            backend.kernel(CopyKernel.class, DType.I64).fill(steps, 0, 1, on);
            Slice squares = of(DType.F32, n);
            backend.kernel(CopyKernel.class, DType.F32).fill(squares, 0.5, n, on);
            this.slots =
                    List.of(new AdamWKernel.Slot(weight, of(DType.F32, n), squares, of(DType.F32, n), steps, 0.01, n));
        }

        private Slice of(DType type, int n) {
            double[] values = new double[n];
            Arrays.setAll(values, _ -> random.nextGaussian());
            return Slice.of(backend.upload(Tensor.of(values, n).to(type)));
        }

        CudaStorage storage() {
            return (CudaStorage) whole.storage();
        }

        void multiply() {
            multiply(weight);
        }

        private void multiply(Slice weight) {
            backend.kernel(GemmKernel.class, KernelTypes.of(DType.BF16, DType.F32))
                    .linear(
                            GemmKernel.Matrix.dense(y, 24),
                            GemmKernel.Matrix.dense(x, 16),
                            weight,
                            null,
                            Activation.IDENTITY,
                            null,
                            8,
                            24,
                            16,
                            on);
        }

        void step() {
            backend.kernel(AdamWKernel.class, DType.F32)
                    .step(slots, rate, new AdamWKernel.Coefficients(0.9, 0.999, 1e-8), on);
        }

        private Tensor all(Storage storage) {
            return backend.download(Tensor.over(storage, Shape.of((int) storage.size()), 0));
        }

        void requireRounded(String when) {
            CudaStorage copy = storage().rounded();
            assertNotNull(copy, when);
            assertArrayEquals(
                    all(storage()).to(DType.BF16).toFloatArray(), all(copy).toFloatArray(), when);
        }

        /** What was multiplied last, beside the same product of a weight that has no copy. */
        void requireProductOf(Tensor elements) {
            float[] got = all(y.storage()).toFloatArray();
            multiply(Slice.of(backend.upload(elements)).plus(weight.offset()));
            assertArrayEquals(all(y.storage()).toFloatArray(), got);
        }

        Tensor elements() {
            return all(storage());
        }
    }

    @Test
    void aTrainedWeightHasARoundedCopyThatFollowsIt() {
        for (int offset : new int[] {0, 8, 3}) {
            Trained t = new Trained(33_000, offset, 7);
            t.step();
            assertNull(t.storage().rounded(), "nobody has multiplied it");
            t.multiply();
            assertNull(t.storage().rounded(), "only a step makes a copy");
            t.requireProductOf(t.elements());
            for (int i = 0; i < 3; i++) {
                t.step();
                t.requireRounded("step " + i);
                t.multiply();
                t.requireProductOf(t.elements());
            }
            int all = (int) t.storage().size();
            Tensor.over(t.storage(), Shape.of(all), 0).copyFrom(Tensor.of(new float[all], all));
            t.requireRounded("written");
            backend.kernel(CopyKernel.class, DType.F32).fill(t.weight.plus(5), 3.3, 50, t.on);
            t.requireRounded("filled");
            backend.kernel(CopyKernel.class, DType.F32)
                    .copy(t.weight, new long[] {2}, t.weight.plus(5), new long[] {1}, new int[] {10}, t.on);
            t.requireRounded("copied");
            long before = backend.memory().used();
            long size = t.storage().size();
            backend.free(t.storage());
            long both = Pool.rounded(4 * size) + Pool.rounded(2 * size);
            assertEquals(before - both, backend.memory().used(), "both are given back");
        }
    }

    @Test
    void aRecordedStepWritesTheRoundedCopyThatItReads() {
        Trained t = new Trained(24 * 16, 0, 0);
        t.multiply();
        t.step();
        try (Recorded recorded = backend.record(() -> {
            t.multiply();
            t.step();
        })) {
            for (int i = 0; i < 3; i++) {
                Tensor before = t.elements();
                recorded.run();
                t.requireRounded("run " + i);
                t.requireProductOf(before);
                t.step();
                t.requireRounded("a step between the runs");
            }
        }
    }

    @Test
    void aStepThatWasRecordedWithoutACopyBarsOne() {
        Trained t = new Trained(24 * 16, 0, 0);
        try (Recorded recorded = backend.record(t::step)) {
            t.multiply();
            t.step();
            assertNull(t.storage().rounded());
            recorded.run();
            Tensor now = t.elements();
            t.multiply();
            t.requireProductOf(now);
        }
    }
}
