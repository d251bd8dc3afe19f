package dev.swath.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Execution;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.Kernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Slice;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.DType;
import dev.swath.tensor.DeviceStorage;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One call of a kernel on the device, beside the same call of the scalar kernel in double precision:
 *
 * {@snippet :
 * KernelCheck<SoftmaxKernel> c = KernelCheck.of(SoftmaxKernel.class, types, seed);
 * KernelCheck.Operand x = c.in(types.x(), rows * columns);
 * KernelCheck.Operand y = c.out(types.x(), rows * columns);
 * c.check((k, on) -> k.forward(y.slice(), x.slice(), false, rows, columns, on));
 * }
 *
 * <p>The call is made under several schedules of the emulator, or twice on a real device. Each time operands lie at other
 * offsets in memory of their own, what is to be written is not a number before, and what lies around an operand must stay
 * as it is. All calls must give the same bits, and those bits be as near to the truth as is said.
 *
 * @param <K> the kernel
 */
final class KernelCheck<K extends Kernel> {
    /** What a test does with a kernel; it is called once for the truth and once for each schedule. */
    @FunctionalInterface
    interface Call<K> {
        void on(K kernel, Execution on);
    }

    /** Which seeds a test shall try: a dozen, or as many as {@code -Dswath.test.shapes} says. */
    static IntStream seeds() {
        return IntStream.range(0, Integer.getInteger("swath.test.shapes", 12));
    }

    /** The three mixtures of types that every kernel has. */
    static List<KernelTypes> types() {
        return List.of(KernelTypes.of(DType.F32), KernelTypes.of(DType.BF16), KernelTypes.of(DType.BF16, DType.F32));
    }

    private static final int[] EXTENTS = {
        1, 2, 3, 5, 7, 8, 13, 16, 17, 31, 32, 33, 64, 65, 97, 128, 251, 256, 257, 509, 1031
    };

    private final Class<K> kind;
    private final KernelTypes types;
    private final long seed;
    private final SplittableRandom random;
    private final List<Operand> operands = new ArrayList<>();
    private double f32Error = 1e-5;
    private double bf16Error = 5e-3;

    private KernelCheck(Class<K> kind, KernelTypes types, long seed) {
        this.kind = kind;
        this.types = types;
        this.seed = seed;
        this.random = new SplittableRandom(0x5eed + 31 * seed + types.toString().hashCode());
    }

    /** A call with these types; the seed says what is drawn for it. */
    static <K extends Kernel> KernelCheck<K> of(Class<K> kind, KernelTypes types, long seed) {
        return new KernelCheck<>(kind, types, seed);
    }

    /** What the call draws its shapes from. */
    SplittableRandom random() {
        return random;
    }

    /** An extent of 1, odd, prime, a power of two or beside one, up to {@code most}; often a small one. */
    int extent(int most) {
        int known = (int) Arrays.stream(EXTENTS).filter(e -> e <= most).count();
        return EXTENTS[Math.min(random.nextInt(known), random.nextInt(known))];
    }

    /** The same, or none at all in one of sixteen. */
    int extentOrNone(int most) {
        return random.nextInt(16) == 0 ? 0 : extent(most);
    }

    boolean toss() {
        return random.nextBoolean();
    }

    /** A function that a product can end with and that is defined everywhere. */
    Activation epilogue() {
        List<Activation> all = Arrays.stream(Activation.values())
                .filter(f -> f.isEpilogue() && f != Activation.EXP && f != Activation.LOG && f != Activation.SQRT)
                .toList();
        return all.get(random.nextInt(all.size()));
    }

    /**
     * The greatest error of an f32 and of a bf16 result, as a part of its largest element, or of what {@link Operand#sumOf}
     * says if that is more; 1e-5 and 5e-3 unless it is said.
     */
    KernelCheck<K> within(double f32, double bf16) {
        f32Error = f32;
        bf16Error = bf16;
        return this;
    }

    /** An operand of the call. */
    final class Operand {
        private final DType type;
        private final double[] before;
        private final boolean written;
        private double usual;
        private Slice slice;
        private double @Nullable [] truth;
        private double @Nullable [] first;

        private Operand(DType type, double[] before, boolean written) {
            this.type = type;
            this.before = before;
            this.written = written;
            operands.add(this);
        }

        /** The operand as it lies for the present call. */
        Slice slice() {
            return slice;
        }

        /**
         * Says that its elements are sums of so many products of numbers around 0. Such a sum is as large as the root of their
         * number, and so are its terms' rounding errors together, however small it happens to be.
         */
        Operand sumOf(long products) {
            usual = Math.sqrt(products);
            return this;
        }

        /** Its elements before the call; what is only written is not a number then. */
        double[] values() {
            return before;
        }
    }

    /** Read only: numbers around 0, most of them below 2. */
    Operand in(DType type, long n) {
        return in(type, normal((int) n, type));
    }

    /** Read only: these numbers, rounded to the type. */
    Operand in(DType type, double... values) {
        return new Operand(type, rounded(type, values), false);
    }

    /** Read only: whole numbers from 0 to {@code below - 1}, as i64. */
    Operand indices(long n, int below) {
        return in(
                DType.I64,
                IntStream.range(0, (int) n)
                        .mapToDouble(_ -> random.nextInt(below))
                        .toArray());
    }

    /** Written only; not a number before. */
    Operand out(DType type, long n) {
        double[] nothing = new double[(int) n];
        Arrays.fill(nothing, type.isFloating() ? Double.NaN : -1);
        return new Operand(type, nothing, true);
    }

    /** Read and written, or added to: numbers around 0. */
    Operand inOut(DType type, long n) {
        return inOut(type, normal((int) n, type));
    }

    /** Read and written, or added to: these numbers. */
    Operand inOut(DType type, double... values) {
        return new Operand(type, rounded(type, values), true);
    }

    private double[] normal(int n, DType type) {
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = random.nextGaussian();
        }
        return rounded(type, x);
    }

    private static double[] rounded(DType type, double[] values) {
        HostStorage s = HostStorage.allocate(type, values.length);
        put(s, 0, values);
        return take(s, 0, values.length);
    }

    private static void put(HostStorage s, long at, double[] values) {
        for (int i = 0; i < values.length; i++) {
            if (s.dtype().isFloating()) {
                s.setDouble(at + i, values[i]);
            } else {
                s.setLong(at + i, (long) values[i]);
            }
        }
    }

    private static double[] take(HostStorage s, long from, int n) {
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            out[i] = s.dtype().isFloating() ? s.getDouble(from + i) : s.getLong(from + i);
        }
        return out;
    }

    /** Makes the call everywhere, and compares. */
    void check(Call<K> call) {
        truth(call);
        int[] schedules = Emulator.isHere() ? new int[] {0, 1, 2 + random.nextInt(1000)} : new int[] {0, 0};
        for (int schedule : schedules) {
            try {
                run(call, schedule);
            } catch (AssertionError | RuntimeException e) {
                Emulator.reset();
                throw new AssertionError(
                        kind.getSimpleName() + " " + types + ", seed " + seed + ", schedule " + schedule + ": "
                                + e.getMessage(),
                        e);
            }
        }
        operands.clear();
    }

    private void truth(Call<K> call) {
        for (Operand o : operands) {
            HostStorage s = HostStorage.allocate(o.type.isFloating() ? DType.F64 : o.type, o.before.length);
            put(s, 0, o.before);
            o.slice = Slice.of(s, 0);
        }
        call.on(new ScalarBackend().kernel(kind, KernelTypes.of(DType.F64)), HostExecution.single());
        for (Operand o : operands) {
            o.truth = take((HostStorage) o.slice.storage(), 0, o.before.length);
        }
    }

    private void run(Call<K> call, int schedule) {
        CudaBackend backend = Devices.backend();
        if (Emulator.isHere()) {
            Emulator.set("schedule", schedule);
        }
        List<HostStorage> images = new ArrayList<>();
        for (Operand o : operands) {
            // At the very beginning and end of its memory, or anywhere in it.
            int lead = random.nextInt(3) == 0 ? 0 : random.nextInt(20);
            int rest = random.nextInt(3) == 0 ? 0 : random.nextInt(20);
            HostStorage image = HostStorage.allocate(o.type, o.before.length + lead + rest);
            for (int i = 0; i < image.size(); i++) {
                put(image, i, new double[] {random.nextInt(100)});
            }
            put(image, lead, o.before);
            Storage there = backend.allocate(o.type, image.size());
            ((DeviceStorage) there).write(image, 0, 0, image.size());
            images.add(image);
            o.slice = Slice.of(there, lead);
        }
        try (Execution on = backend.execution(Parallelism.single())) {
            call.on(backend.kernel(kind, types), on);
            backend.synchronize();
        }
        for (int i = 0; i < operands.size(); i++) {
            compare(i, operands.get(i), images.get(i));
            backend.free(operands.get(i).slice.storage());
        }
    }

    private void compare(int index, Operand o, HostStorage image) {
        HostStorage now = HostStorage.allocate(o.type, image.size());
        ((DeviceStorage) o.slice.storage()).read(0, now, 0, now.size());
        int from = o.slice.offset();
        int n = o.before.length;
        String what = "operand " + index + " of " + o.type;
        double[] all = take(now, 0, (int) now.size());
        double[] old = take(image, 0, (int) image.size());
        for (int i = 0; i < all.length; i++) {
            boolean inside = i >= from && i < from + n;
            if (!inside || !o.written) {
                int at = i - from;
                assertEquals(
                        old[i],
                        all[i],
                        () -> what + (inside ? " is only read" : " has changed around it") + ", at " + at);
            }
        }
        if (!o.written) {
            return;
        }
        double[] got = Arrays.copyOfRange(all, from, from + n);
        if (o.first == null) {
            o.first = got;
            close(what, o.truth, got, error(o.type), o.usual);
        } else {
            for (int i = 0; i < n; i++) {
                int at = i;
                assertEquals(o.first[i], got[i], () -> what + " differs from the first call's, at " + at);
            }
        }
    }

    private double error(DType type) {
        return switch (type) {
            case F32 -> f32Error;
            case BF16 -> bf16Error;
            default -> 0;
        };
    }

    private static void close(String what, double[] expected, double[] got, double error, double usual) {
        double largest =
                Arrays.stream(expected).filter(Double::isFinite).map(Math::abs).reduce(0, Math::max);
        double most = error * (largest == 0 ? 1 : Math.max(largest, usual));
        for (int i = 0; i < got.length; i++) {
            double off = Math.abs(got[i] - expected[i]);
            int at = i;
            assertTrue(
                    got[i] == expected[i] || off <= most || Double.isNaN(got[i]) && Double.isNaN(expected[i]),
                    () -> what + "[" + at + "] is " + got[at] + " for " + expected[at] + ", off by "
                            + off / most * error + " of the largest");
        }
    }
}
