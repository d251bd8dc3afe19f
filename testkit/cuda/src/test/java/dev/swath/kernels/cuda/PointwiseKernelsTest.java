package dev.swath.kernels.cuda;

import dev.swath.kernels.Activation;
import dev.swath.kernels.BinaryKernel;
import dev.swath.kernels.CastKernel;
import dev.swath.kernels.CopyKernel;
import dev.swath.kernels.DropoutKernel;
import dev.swath.kernels.EmbeddingKernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.PatchMergeKernel;
import dev.swath.kernels.SoftmaxKernel;
import dev.swath.kernels.UnaryKernel;
import dev.swath.kernels.cuda.Trial.Operand;
import dev.swath.tensor.DType;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

/** Kernels that compute one element from a few, against the scalar ones on random shapes. */
class PointwiseKernelsTest {
    static final java.util.List<KernelTypes> TYPES = Trial.TYPES;

    private static final DType[] INTEGERS = {DType.U8, DType.I16, DType.I32, DType.I64};

    private final Random random = new Random(14);
    private CudaBackend backend;

    @BeforeEach
    void open() {
        backend = Devices.backend();
    }

    private int extent() {
        return Trial.extent(random);
    }

    @ParameterizedTest
    @EnumSource
    void unary(Activation f) {
        for (int i = 0; i < Trial.SHAPES; i++) {
            for (KernelTypes types : TYPES) {
                int n = i == 0 ? 0 : extent() * extent();
                Trial t = new Trial(random, types).about(f + " of " + n);
                boolean positive = f == Activation.LOG || f == Activation.SQRT;
                Operand x = t.x(n, () -> positive ? 0.01 + random.nextDouble() * 9 : 4 * random.nextGaussian());
                Operand dy = t.x(n);
                Operand y = t.y("y", n);
                Operand dx = t.y("dx", n);
                t.run(backend, UnaryKernel.class, (k, at, on) -> {
                    k.forward(at.apply(y), at.apply(x), f, n, on);
                    k.backward(at.apply(dx), at.apply(dy), at.apply(x), f, n, on);
                });
            }
        }
    }

    @Test
    void unaryInPlace() {
        for (KernelTypes types : TYPES) {
            int n = 1031;
            Trial t = new Trial(random, types).about("in place");
            Operand x = t.x(n);
            Operand y = t.changed("y", types.x(), n, random::nextGaussian);
            Operand dx = t.changed("dx", types.x(), n, random::nextGaussian);
            t.run(backend, UnaryKernel.class, (k, at, on) -> {
                k.forward(at.apply(y), at.apply(y), Activation.GELU, n, on);
                k.backward(at.apply(dx), at.apply(dx), at.apply(x), Activation.TANH, n, on);
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void binary(BinaryKernel.Function f) {
        for (int i = 0; i < Trial.SHAPES; i++) {
            for (KernelTypes types :
                    Stream.concat(TYPES.stream(), Stream.of(Trial.TO_SUM)).toList()) {
                int rank = random.nextInt(5);
                int[] dims = new int[rank];
                long[] a = new long[rank];
                long[] b = new long[rank];
                long na = 1;
                long nb = 1;
                int n = 1;
                for (int axis = rank - 1; axis >= 0; axis--) {
                    dims[axis] = n > 300 ? 1 + random.nextInt(3) : extent();
                    n *= dims[axis];
                    boolean repeatA = random.nextInt(4) == 0;
                    boolean repeatB = random.nextInt(3) == 0;
                    a[axis] = repeatA ? 0 : na;
                    b[axis] = repeatB ? 0 : nb;
                    na *= repeatA ? 1 : dims[axis];
                    nb *= repeatB ? 1 : dims[axis];
                }
                int elements = n;
                Trial t = new Trial(random, types)
                        .about(f + " of " + Arrays.toString(dims) + Arrays.toString(a) + Arrays.toString(b));
                Operand u = t.like((int) na);
                Operand v = t.x((int) nb, () -> 0.5 + random.nextDouble());
                Operand y = t.y("y", elements);
                t.run(
                        backend,
                        BinaryKernel.class,
                        (k, at, on) -> k.forward(at.apply(y), at.apply(u), a, at.apply(v), b, f, dims, on));
            }
        }
    }

    @Test
    void binaryOfManyAxes() {
        int[] dims = {2, 2, 2, 2, 2, 2, 2, 2, 2, 3};
        long[] a = new long[dims.length];
        long[] b = new long[dims.length];
        long n = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            a[i] = n;
            n *= dims[i];
        }
        for (int i = 0; i < dims.length; i += 2) {
            b[i] = 1;
        }
        int elements = (int) n;
        Trial t = new Trial(random, KernelTypes.of(DType.F32)).about("ten axes");
        Operand u = t.x(elements);
        Operand v = t.x(dims.length);
        Operand y = t.y("y", elements);
        t.run(
                backend,
                BinaryKernel.class,
                (k, at, on) ->
                        k.forward(at.apply(y), at.apply(u), a, at.apply(v), b, BinaryKernel.Function.ADD, dims, on));
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void softmax(KernelTypes types) {
        for (int i = 0; i < Trial.SHAPES; i++) {
            int rows = i == 0 ? 0 : 1 + random.nextInt(40);
            int columns = i % 20 == 1 ? 2049 + random.nextInt(99) : extent() * (i % 3 == 0 ? extent() : 1);
            boolean log = random.nextBoolean();
            Trial t = new Trial(random, types).about("softmax of " + rows + " x " + columns);
            Operand x = t.x(rows * columns, () -> 3 * random.nextGaussian());
            Operand dy = t.x(rows * columns);
            Operand out = t.x(rows * columns, () -> log ? -random.nextDouble() : random.nextDouble());
            Operand y = t.y("y", rows * columns);
            Operand same = t.changed("x", types.x(), rows * columns, random::nextGaussian);
            Operand dx = t.y("dx", rows * columns);
            t.run(backend, SoftmaxKernel.class, (k, at, on) -> {
                k.forward(at.apply(y), at.apply(x), log, rows, columns, on);
                k.forward(at.apply(same), at.apply(same), log, rows, columns, on);
                k.backward(at.apply(dx), at.apply(dy), at.apply(out), log, rows, columns, on);
            });
        }
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void dropout(KernelTypes types) {
        for (int i = 0; i < Trial.SHAPES; i++) {
            int n = i == 0 ? 0 : extent() * extent();
            double rate = i == 1 ? 0 : random.nextDouble();
            long draw = random.nextInt(1 << 20);
            Trial t = new Trial(random, types).about("mask of " + n);
            Operand state = t.given(DType.I64, 2, () -> random.nextInt());
            Operand y = t.y("y", n);
            t.run(backend, DropoutKernel.class, (k, at, on) -> k.mask(at.apply(y), at.apply(state), draw, rate, n, on));
        }
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void embedding(KernelTypes types) {
        for (int i = 0; i < Trial.SHAPES; i++) {
            int rows = i == 0 ? 0 : i % 10 == 1 ? 300 + random.nextInt(300) : 1 + random.nextInt(40);
            int columns = i % 7 == 1 ? 257 + random.nextInt(99) : extent();
            int words = 1 + random.nextInt(30);
            int padding = random.nextInt(3) == 0 ? random.nextInt(words) : -1;
            Trial t = new Trial(random, types).about(rows + " rows of " + columns + ", " + words + " words");
            Operand table = t.parameter(words * columns);
            Operand ids = t.given(INTEGERS[random.nextInt(INTEGERS.length)], rows, () -> random.nextInt(words));
            Operand dy = t.x(rows * columns);
            Operand y = t.y("y", rows * columns);
            Operand dTable = t.changed("dTable", types.parameters(), words * columns, random::nextGaussian);
            t.run(backend, EmbeddingKernel.class, (k, at, on) -> {
                k.forward(at.apply(y), at.apply(table), at.apply(ids), rows, columns, on);
                k.backward(at.apply(dTable), at.apply(dy), at.apply(ids), padding, rows, columns, on);
            });
        }
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void patchMerge(KernelTypes types) {
        for (int i = 0; i < Trial.SHAPES; i++) {
            int batch = i == 0 ? 0 : 1 + random.nextInt(3);
            int height = 1 + random.nextInt(7);
            int width = 1 + random.nextInt(7);
            int channels = extent();
            int small = batch * height * width * channels;
            int merged = 4 * batch * ((height + 1) / 2) * ((width + 1) / 2) * channels;
            Trial t = new Trial(random, types).about(batch + " " + height + " " + width + " " + channels);
            Operand x = t.x(small);
            Operand dy = t.x(merged);
            Operand y = t.y("y", merged);
            Operand dx = t.y("dx", small);
            t.run(backend, PatchMergeKernel.class, (k, at, on) -> {
                k.forward(at.apply(y), at.apply(x), batch, height, width, channels, on);
                k.backward(at.apply(dx), at.apply(dy), batch, height, width, channels, on);
            });
        }
    }

    /** Permuted slices of a larger tensor on both sides. */
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "BF16", "I64", "U8", "I16"})
    void copy(DType type) {
        for (int i = 0; i < 2 * Trial.SHAPES; i++) {
            int rank = random.nextInt(5);
            int[] dims = new int[rank];
            for (int axis = 0; axis < rank; axis++) {
                dims[axis] = i == 1 && axis == 0 ? 0 : random.nextInt(3) == 0 ? extent() : 1 + random.nextInt(9);
            }
            long[] ys = new long[rank];
            long[] xs = new long[rank];
            int ny = strides(dims, ys);
            int nx = strides(dims, xs);
            if ((long) ny + nx > 60_000) {
                continue;
            }
            Trial t = new Trial(random, KernelTypes.of(type.isFloating() ? type : DType.F32))
                    .about("copy of " + Arrays.toString(dims) + Arrays.toString(ys) + Arrays.toString(xs));
            Operand x = t.given(type, nx, () -> random.nextInt(100));
            Operand y = t.changed("y", type, ny, () -> random.nextInt(100));
            Operand sum = t.changed("sum", type, ny, () -> random.nextInt(100));
            Operand filled = t.changed("filled", type, ny, () -> 1);
            CopyKernel device = backend.kernel(CopyKernel.class, type);
            t.run(
                    backend,
                    CopyKernel.class,
                    (k, at, on) -> {
                        k.copy(at.apply(y), ys, at.apply(x), xs, dims, on);
                        if (type.isFloating()) {
                            k.add(at.apply(sum), ys, at.apply(x), xs, dims, on);
                            k.fill(at.apply(filled), 1.5, ny / 2, on);
                        }
                    },
                    device,
                    (k, at, on) -> {
                        k.copy(at.apply(y), ys, at.apply(x), xs, dims, on);
                        if (type.isFloating()) {
                            k.add(at.apply(sum), ys, at.apply(x), xs, dims, on);
                            k.fill(at.apply(filled), 1.5, ny / 2, on);
                        }
                    });
        }
    }

    /** Strides of a slice of a larger tensor, its axes in random order; gives the elements it needs. */
    private int strides(int[] dims, long[] strides) {
        Integer[] order = new Integer[dims.length];
        Arrays.setAll(order, i -> i);
        if (random.nextBoolean()) {
            java.util.Collections.shuffle(Arrays.asList(order), random);
        }
        long n = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[order[i]] = n;
            n *= dims[order[i]] + (random.nextInt(4) == 0 ? random.nextInt(9) : 0);
        }
        return (int) Math.max(1, n);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "BF16"})
    void cast(DType from) {
        DType to = from == DType.F32 ? DType.BF16 : DType.F32;
        for (int n : new int[] {1, 7, 64, 1001}) {
            Trial t = new Trial(random, KernelTypes.of(from)).about("cast of " + n);
            Operand x = t.x(n);
            Operand y = t.result("y", to, n);
            long length = n;
            t.run(
                    backend,
                    CastKernel.class,
                    (k, at, on) -> k.cast(at.apply(y), at.apply(x), length, on),
                    backend.kernel(CastKernel.class, CastKernel.types(to, from)),
                    (k, at, on) -> k.cast(at.apply(y), at.apply(x), length, on));
        }
    }
}
