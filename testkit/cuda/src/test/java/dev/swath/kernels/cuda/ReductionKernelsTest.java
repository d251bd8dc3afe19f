package dev.swath.kernels.cuda;

import dev.swath.kernels.Activation;
import dev.swath.kernels.BatchNormKernel;
import dev.swath.kernels.InstanceNormKernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.LayerNormKernel;
import dev.swath.kernels.ReduceKernel;
import dev.swath.kernels.cuda.Trial.Operand;
import dev.swath.tensor.DType;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Kernels that add up along rows or columns, against the scalar ones on random shapes. */
class ReductionKernelsTest {
    static final List<KernelTypes> TYPES = Trial.TYPES;
    static final List<KernelTypes> NORM_TYPES =
            Stream.concat(TYPES.stream(), Stream.of(Trial.OF_SUM)).toList();

    private static final double EPS = 1e-5;
    private static final double LARGE_EPS = 1e-2;
    private static final int MANY = 16;

    private final Random random = new Random(15);
    private CudaBackend backend;

    @BeforeEach
    void open() {
        backend = Devices.backend();
    }

    private int extent() {
        return Trial.extent(random);
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void reduce(KernelTypes types) {
        for (int i = 0; i < 2 * Trial.SHAPES; i++) {
            ReduceKernel.Function f = ReduceKernel.Function.values()[i % 3];
            boolean rows = random.nextInt(3) == 0;
            int outer = random.nextInt(3) == 0 ? extent() : 1 + random.nextInt(4);
            int inner = rows ? 1 : extent() * (1 + random.nextInt(5));
            int most = Math.max(1, 20_000 / (outer * inner));
            int axis = i < 3 ? 0 : 1 + random.nextInt(random.nextBoolean() ? most : Math.min(most, 40));
            int n = outer * axis * inner;
            Trial t = new Trial(random, types).about(f + " of " + outer + " x " + axis + " x " + inner);
            Operand x = t.x(n, () -> f == ReduceKernel.Function.MAX ? random.nextInt(50) : 1 + random.nextGaussian());
            Operand dy = t.given(types.parameters(), outer * inner, random::nextGaussian);
            Operand y = t.result("y", types.parameters(), outer * inner);
            Operand exact = t.changed("exact", types.parameters(), outer * inner, () -> 0);
            Operand dx = t.y("dx", n);
            t.run(backend, ReduceKernel.class, (k, at, on) -> {
                k.forward(at.apply(y), at.apply(x), f, outer, axis, inner, on);
                k.forward(at.apply(exact), at.apply(x), ReduceKernel.Function.MAX, outer, axis, inner, on);
                k.backward(at.apply(dx), at.apply(dy), at.apply(x), at.apply(exact), f, outer, axis, inner, on);
            });
        }
    }

    /** Of few numbers some lie so close together that f32 has no digits left of their deviation; then eps is what counts. */
    private static double eps(int count) {
        return count < MANY ? LARGE_EPS : EPS;
    }

    /** Far from 0, where there are enough numbers. */
    private double centre(int count) {
        return count >= MANY && random.nextInt(3) == 0 ? 30 : 0;
    }

    /** Columns of every way of holding a row: a few lanes, several units, more than registers take, odd ones. */
    private int columns(int i) {
        return switch (i % 8) {
            case 0 -> 8 * (1 + random.nextInt(16));
            case 1 -> 8 * (17 + random.nextInt(40));
            case 2 -> 4 * (1 + random.nextInt(40));
            case 3 -> 512 + 8 * random.nextInt(65);
            case 4 -> i % 16 < 8 ? 2049 + random.nextInt(50) : 1024 + 4 * random.nextInt(50);
            default -> extent();
        };
    }

    @ParameterizedTest
    @FieldSource("NORM_TYPES")
    void layerNorm(KernelTypes types) {
        for (int i = 0; i < 2 * Trial.SHAPES; i++) {
            int columns = columns(i);
            int rows = i == 0 ? 0 : 1 + random.nextInt(columns > 1000 ? 5 : columns > 100 ? 40 : 100);
            int n = rows * columns;
            double centre = centre(columns);
            double eps = eps(columns);
            Trial t = new Trial(random, types).about("layer norm of " + rows + " x " + columns);
            Operand x = t.x(n, () -> centre + random.nextGaussian());
            Operand weight = t.parameter(columns);
            Operand bias = t.parameter(columns);
            Operand dy = t.like(n);
            Operand mean = t.given(DType.F32, rows, () -> centre + random.nextGaussian());
            Operand rstd = t.given(DType.F32, rows, () -> 0.5 + random.nextDouble());
            Operand y = t.y("y", n);
            Operand y2 = t.y("y without statistics", n);
            Operand m = t.result("mean", DType.F32, rows);
            Operand s = t.result("rstd", DType.F32, rows);
            Operand dx = t.dx("dx", n);
            Operand dx2 = t.dx("dx alone", n);
            Operand dWeight = t.changed("dWeight", types.parameters(), columns, random::nextGaussian);
            Operand dBias = t.changed("dBias", types.parameters(), columns, random::nextGaussian);
            Operand dBias2 = t.changed("dBias alone", types.parameters(), columns, random::nextGaussian);
            t.run(backend, LayerNormKernel.class, (k, at, on) -> {
                k.forward(
                        at.apply(y),
                        at.apply(m),
                        at.apply(s),
                        at.apply(x),
                        at.apply(weight),
                        at.apply(bias),
                        eps,
                        rows,
                        columns,
                        on);
                k.forward(
                        at.apply(y2),
                        null,
                        null,
                        at.apply(x),
                        at.apply(weight),
                        at.apply(bias),
                        eps,
                        rows,
                        columns,
                        on);
                k.backward(
                        at.apply(dx),
                        at.apply(dWeight),
                        at.apply(dBias),
                        at.apply(dy),
                        at.apply(x),
                        at.apply(weight),
                        at.apply(mean),
                        at.apply(rstd),
                        rows,
                        columns,
                        on);
                k.backward(
                        at.apply(dx2),
                        null,
                        null,
                        at.apply(dy),
                        at.apply(x),
                        at.apply(weight),
                        at.apply(mean),
                        at.apply(rstd),
                        rows,
                        columns,
                        on);
                k.backward(
                        null,
                        null,
                        at.apply(dBias2),
                        at.apply(dy),
                        at.apply(x),
                        at.apply(weight),
                        at.apply(mean),
                        at.apply(rstd),
                        rows,
                        columns,
                        on);
            });
        }
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void batchNorm(KernelTypes types) {
        for (int i = 0; i < 3 * Trial.SHAPES; i++) {
            Activation f = i % 3 == 2 ? Activation.RELU : Activation.IDENTITY;
            int channels = i == 0 ? 0 : extent() * (1 + random.nextInt(9));
            int rows = 2 + random.nextInt(Math.max(1, 12_000 / Math.max(30, channels)));
            int n = rows * channels;
            boolean through = random.nextBoolean();
            double centre = centre(rows);
            Trial t = new Trial(random, types).about("batch norm, " + f + ", of " + rows + " x " + channels);
            Operand x = t.x(n, () -> centre + random.nextGaussian());
            Operand weight = t.parameter(channels);
            Operand bias = t.parameter(channels);
            Operand dy = t.x(n);
            Operand mean = t.given(DType.F32, channels, () -> centre + random.nextGaussian());
            Operand variance = t.given(DType.F32, channels, () -> 0.5 + random.nextDouble());
            Operand m = t.result("mean", DType.F32, channels);
            Operand v = t.result("variance", DType.F32, channels);
            Operand runningMean = t.changed("running mean", DType.F32, channels, random::nextGaussian);
            Operand runningVariance = t.changed("running variance", DType.F32, channels, random::nextDouble);
            Operand batches = t.changed("batches", DType.I64, 1, () -> random.nextInt(100));
            Operand y = t.y("y", n);
            Operand dx = t.y("dx", n);
            Operand dx2 = t.y("dx alone", n);
            Operand dWeight = t.changed("dWeight", types.parameters(), channels, random::nextGaussian);
            Operand dBias = t.changed("dBias", types.parameters(), channels, random::nextGaussian);
            Operand dWeight2 = t.changed("dWeight alone", types.parameters(), channels, random::nextGaussian);
            t.run(backend, BatchNormKernel.class, (k, at, on) -> {
                k.statistics(at.apply(m), at.apply(v), at.apply(x), rows, channels, on);
                k.track(
                        at.apply(runningMean),
                        at.apply(runningVariance),
                        at.apply(batches),
                        at.apply(mean),
                        at.apply(variance),
                        0.1,
                        rows,
                        channels,
                        on);
                k.forward(
                        at.apply(y),
                        at.apply(x),
                        at.apply(mean),
                        at.apply(variance),
                        at.apply(weight),
                        at.apply(bias),
                        EPS,
                        f,
                        rows,
                        channels,
                        on);
                k.backward(
                        at.apply(dx),
                        at.apply(dWeight),
                        at.apply(dBias),
                        at.apply(dy),
                        at.apply(x),
                        at.apply(mean),
                        at.apply(variance),
                        at.apply(weight),
                        at.apply(bias),
                        EPS,
                        f,
                        through,
                        rows,
                        channels,
                        on);
                k.backward(
                        at.apply(dx2),
                        null,
                        null,
                        at.apply(dy),
                        at.apply(x),
                        at.apply(mean),
                        at.apply(variance),
                        at.apply(weight),
                        at.apply(bias),
                        EPS,
                        f,
                        through,
                        rows,
                        channels,
                        on);
                k.backward(
                        null,
                        at.apply(dWeight2),
                        null,
                        at.apply(dy),
                        at.apply(x),
                        at.apply(mean),
                        at.apply(variance),
                        at.apply(weight),
                        at.apply(bias),
                        EPS,
                        f,
                        through,
                        rows,
                        channels,
                        on);
            });
        }
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void instanceNorm(KernelTypes types) {
        for (int i = 0; i < 2 * Trial.SHAPES; i++) {
            int batch = i == 0 ? 0 : 1 + random.nextInt(3);
            int channels = extent() * (1 + random.nextInt(5));
            int length = 2 + random.nextInt(Math.max(1, 4_000 / channels));
            int n = batch * length * channels;
            int columns = batch * channels;
            double centre = centre(length);
            double eps = eps(length);
            Trial t = new Trial(random, types).about("instance norm of " + batch + " " + length + " " + channels);
            Operand x = t.x(n, () -> centre + random.nextGaussian());
            Operand dy = t.x(n);
            Operand mean = t.given(DType.F32, columns, () -> centre + random.nextGaussian());
            Operand rstd = t.given(DType.F32, columns, () -> 0.5 + random.nextDouble());
            Operand y = t.y("y", n);
            Operand same = t.changed("in place", types.x(), n, random::nextGaussian);
            Operand m = t.result("mean", DType.F32, columns);
            Operand s = t.result("rstd", DType.F32, columns);
            Operand dx = t.y("dx", n);
            t.run(backend, InstanceNormKernel.class, (k, at, on) -> {
                k.forward(at.apply(y), at.apply(m), at.apply(s), at.apply(x), eps, batch, length, channels, on);
                k.forward(at.apply(same), null, null, at.apply(same), eps, batch, length, channels, on);
                k.backward(
                        at.apply(dx),
                        at.apply(dy),
                        at.apply(x),
                        at.apply(mean),
                        at.apply(rstd),
                        batch,
                        length,
                        channels,
                        on);
            });
        }
    }
}
