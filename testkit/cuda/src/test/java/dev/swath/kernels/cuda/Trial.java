package dev.swath.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.kernels.Execution;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.Kernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Slice;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.DType;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Storage;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.function.Function;

/**
 * One call of a kernel on random operands: on the device, twice, under different schedules where it is pretended, which must give
 * the same bits; and by the scalar kernels in f64 from the same numbers. Operands begin at offsets that are often odd, between
 * guard elements that must stay as they are; results are NaN before.
 */
final class Trial {
    /** Random shapes of each test. */
    static final int SHAPES = Integer.getInteger("swath.test.shapes", 12);

    private static final int GUARD = 16;
    private static final int[] OFFSETS = {0, 0, 0, 8, 1, 3, 4};
    private static final double GUARDED = 77;
    private static final double F32_TOLERANCE = 1e-5;
    private static final double BF16_TOLERANCE = 5e-3;
    private static final double ZERO = 1e-12;
    private static final int[] EXTENTS = {1, 1, 2, 3, 4, 5, 7, 8, 11, 13, 16, 17, 24, 31, 32, 33, 40, 64, 67};

    /** The three mixtures of types that every contract has. */
    static final List<KernelTypes> TYPES =
            List.of(KernelTypes.of(DType.F32), KernelTypes.of(DType.BF16), KernelTypes.of(DType.BF16, DType.F32));

    /** A sum over many layers that is read for what is computed in bf16, and one to which that is added. */
    static final KernelTypes OF_SUM = KernelTypes.of(DType.F32).to(DType.BF16);

    static final KernelTypes TO_SUM = KernelTypes.of(DType.BF16).to(DType.F32);

    /** What is called, with where each operand lies. */
    interface Call<K> {
        void run(K kernel, Function<Operand, Slice> at, Execution on);
    }

    /** Elements of one operand. */
    static final class Operand {
        private final String name;
        private final DType type;
        private final double[] values;
        private final int before;
        private final boolean result;
        private double tolerance;

        private Operand(String name, DType type, double[] values, int before, boolean result) {
            this.name = name;
            this.type = type;
            this.values = values;
            this.before = before;
            this.result = result;
            this.tolerance = type == DType.BF16 ? BF16_TOLERANCE : F32_TOLERANCE;
        }

        /** Allows that share of the largest element as an error, instead of what its type allows. */
        Operand within(double share) {
            tolerance = share;
            return this;
        }

        private HostStorage host(DType as) {
            HostStorage s = HostStorage.allocate(as, before + values.length + GUARD);
            for (int i = 0; i < s.size(); i++) {
                int at = i - before;
                double v = at >= 0 && at < values.length ? values[at] : GUARDED;
                if (as.isFloating()) {
                    s.setDouble(i, v);
                } else {
                    s.setLong(i, (long) v);
                }
            }
            return s;
        }
    }

    private final Random random;
    private final KernelTypes types;
    private final List<Operand> operands = new ArrayList<>();
    private String about = "";

    Trial(Random random, KernelTypes types) {
        this.random = random;
        this.types = types;
    }

    /** An extent, often 1, odd or prime. */
    static int extent(Random random) {
        return EXTENTS[random.nextInt(EXTENTS.length)];
    }

    /** What a message should name: sizes. */
    Trial about(String text) {
        about = text;
        return this;
    }

    private Operand add(String name, DType type, int n, DoubleSupplier numbers, boolean result) {
        HostStorage rounded = HostStorage.allocate(type, n);
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            if (type.isFloating()) {
                rounded.setDouble(i, numbers.getAsDouble());
                values[i] = rounded.getDouble(i);
            } else {
                values[i] = numbers.getAsDouble();
            }
        }
        Operand o = new Operand(name, type, values, GUARD + OFFSETS[random.nextInt(OFFSETS.length)], result);
        operands.add(o);
        return o;
    }

    /** Activations, normal numbers. */
    Operand x(int n) {
        return x(n, random::nextGaussian);
    }

    Operand x(int n, DoubleSupplier numbers) {
        return add("x", types.x(), n, numbers, false);
    }

    /** Parameters, normal numbers. */
    Operand parameter(int n) {
        return add("parameter", types.parameters(), n, random::nextGaussian, false);
    }

    /** Numbers of another type, such as saved ones and integers. */
    Operand given(DType type, int n, DoubleSupplier numbers) {
        return add("given", type, n, numbers, false);
    }

    /** A result. */
    Operand y(String name, int n) {
        return result(name, types.y(), n);
    }

    /** What is of the result's type, normal numbers. */
    Operand like(int n) {
        return given(types.y(), n, random::nextGaussian);
    }

    /** The gradient of what {@link #x} gives. */
    Operand dx(String name, int n) {
        return result(name, types.x(), n);
    }

    /** A result, NaN before. */
    Operand result(String name, DType type, int n) {
        return add(name, type, n, () -> Double.NaN, true);
    }

    /** A result to which is added, or that is changed; of any type. */
    Operand changed(String name, DType type, int n, DoubleSupplier numbers) {
        return add(name, type, n, numbers, true);
    }

    /** Runs one contract on both sides and compares. */
    <K extends Kernel> void run(CudaBackend backend, Class<K> kind, Call<K> call) {
        run(backend, kind, call, backend.kernel(kind, types), call);
    }

    /** Runs a device's kernel and what it stands for. */
    <K extends Kernel, D> void run(CudaBackend backend, Class<K> kind, Call<K> expected, D kernel, Call<D> actual) {
        List<Slice> there = operands.stream()
                .map(o -> Slice.of(o.host(o.type.isFloating() ? DType.F64 : o.type), o.before))
                .toList();
        expected.run(
                new ScalarBackend().kernel(kind, DType.F64),
                o -> there.get(operands.indexOf(o)),
                HostExecution.single());
        List<Tensor> first = device(backend, kernel, actual, 0);
        compare(there, first);
        List<Tensor> second = device(backend, kernel, actual, 2 + random.nextInt(1000));
        for (int i = 0; i < operands.size(); i++) {
            assertSameBits(operands.get(i), first.get(i), second.get(i));
        }
    }

    private <D> List<Tensor> device(CudaBackend backend, D kernel, Call<D> call, int schedule) {
        if (Emulator.isHere()) {
            Emulator.set("schedule", schedule);
        }
        List<Slice> slices = new ArrayList<>();
        for (Operand o : operands) {
            HostStorage host = o.host(o.type);
            Storage s = backend.allocate(o.type, host.size());
            Tensor.over(s, Shape.of((int) host.size()), 0).copyFrom(Tensor.over(host, Shape.of((int) host.size()), 0));
            slices.add(Slice.of(s, o.before));
        }
        try (Execution on = backend.execution(Parallelism.single())) {
            call.run(kernel, o -> slices.get(operands.indexOf(o)), on);
        }
        List<Tensor> read = new ArrayList<>();
        for (Slice s : slices) {
            read.add(backend.download(
                    Tensor.over(s.storage(), Shape.of((int) s.storage().size()), 0)));
            backend.free(s.storage());
        }
        return read;
    }

    private void assertSameBits(Operand o, Tensor a, Tensor b) {
        for (long i = 0; i < a.elements(); i++) {
            double x = element(a, i);
            double y = element(b, i);
            assertEquals(
                    Double.doubleToLongBits(x),
                    Double.doubleToLongBits(y),
                    () -> about + " " + types + ": " + o.name + " differs between two runs");
        }
    }

    private static double element(Tensor t, long i) {
        HostStorage s = (HostStorage) t.storage();
        return t.dtype().isFloating() ? s.getDouble(t.offset() + i) : s.getLong(t.offset() + i);
    }

    private void compare(List<Slice> expected, List<Tensor> actual) {
        for (int k = 0; k < operands.size(); k++) {
            Operand o = operands.get(k);
            Slice e = expected.get(k);
            double most = 0;
            for (int i = 0; i < o.values.length; i++) {
                double v = o.type.isFloating() ? Math.abs(e.get(i)) : 0;
                most = Double.isFinite(v) ? Math.max(most, v) : most;
            }
            double tolerance = o.tolerance * (most < ZERO ? 1 : most);
            for (int i = -o.before; i < o.values.length + GUARD; i++) {
                boolean inside = i >= 0 && i < o.values.length;
                double a = element(actual.get(k), o.before + i);
                double w = !inside || !o.result
                        ? inside ? o.values[i] : GUARDED
                        : o.type.isFloating() ? e.get(i) : e.getLong(i);
                boolean same = a == w
                        || Double.isNaN(a) && Double.isNaN(w)
                        || inside && o.result && o.type.isFloating() && Math.abs(a - w) <= tolerance;
                int at = i;
                assertTrue(same, () -> "%s %s: %s[%d] of %d is %s, not %s"
                        .formatted(about, types, o.name, at, o.values.length, a, w));
            }
        }
    }
}
