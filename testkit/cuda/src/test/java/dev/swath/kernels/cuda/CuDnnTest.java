package dev.swath.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Conv2dKernel;
import dev.swath.kernels.Conv2dKernel.Geometry;
import dev.swath.kernels.Execution;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Recorded;
import dev.swath.kernels.Slice;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolutions by cuDNN: by a pretended one that is strict about what it is told, or on a device by the real one. */
class CuDnnTest {
    private static final String CACHE = "swath.cuda.cache";
    private static final double BF16_ERROR = 1e-2;

    private CudaBackend backend;
    private CuDnn library;
    private Execution on;
    private long described;

    @BeforeEach
    void begin() {
        Emulator.require();
        Emulator.reset();
        described = Emulator.isHere() ? Emulator.describedConvolutions() : 0;
        backend = Emulator.open(0);
        library = backend.cudnn();
        assumeTrue(library != null, "cuDNN is not here");
        library.serveAlone();
        on = backend.execution(Parallelism.single());
    }

    @AfterEach
    void end() {
        if (on != null) {
            on.close();
        }
        if (backend != null) {
            backend.close();
        }
        if (Emulator.isHere()) {
            for (String setting : List.of("no_plans", "bf16_gradients", "fails")) {
                Emulator.setConvolutions(setting, 0);
            }
            assertEquals(described, Emulator.describedConvolutions(), "every descriptor is given back");
        }
        Emulator.reset();
    }

    /** A real library may have no plan for one of the directions. */
    private static void assertConvolved(long expected, long found) {
        if (Emulator.isHere()) {
            assertEquals(expected, found);
        } else {
            assertTrue(found > 0 || expected == 0, "nothing was done by the library");
        }
    }

    /** One convolution with its operands, and how to run it. */
    private static final class Trial {
        private final Geometry g;
        private final KernelTypes types;
        private final int[] channels;
        private final Activation f;
        private final List<Tensor> x = new ArrayList<>();
        private final Tensor whole;
        private final Tensor w;
        private final @Nullable Tensor bias;
        private final Tensor dy;
        private final Random random = new Random(7);

        Trial(Geometry g, DType parameters, Activation f, boolean biased, int... channels) {
            this.g = g;
            this.f = f;
            this.channels = channels;
            this.types = KernelTypes.of(DType.BF16, parameters);
            for (int c : channels) {
                x.add(noise(DType.BF16, g.batch() * g.height() * g.width() * c));
            }
            whole = noise(DType.BF16, g.batch() * g.height() * g.width() * g.in());
            w = noise(DType.BF16, g.out() * g.in() * g.kernel() * g.kernel());
            bias = biased ? noise(DType.BF16, g.out()) : null;
            dy = noise(DType.BF16, outputs());
        }

        private int outputs() {
            return g.batch() * g.outHeight() * g.outWidth() * g.out();
        }

        private Tensor noise(DType type, int n) {
            float[] values = new float[n];
            for (int i = 0; i < n; i++) {
                values[i] = (float) random.nextGaussian();
            }
            return Tensor.of(values, n).to(type);
        }

        /** y, dx and dw, to which is added. */
        private List<Tensor> results(@Nullable CudaBackend there) {
            List<Tensor> out = List.of(Tensor.zeros(outputs()), Tensor.zeros((int) whole.elements()), w.to(DType.F32));
            return there != null
                    ? List.of(
                            there.upload(out.get(0).to(DType.BF16)),
                            there.upload(out.get(1).to(DType.BF16)),
                            there.upload(out.get(2).to(types.parameters())))
                    : out.stream().map(t -> t.to(DType.F64)).toList();
        }

        /** The operands on the device. */
        private List<Tensor> operands(CudaBackend there) {
            List<Tensor> all = new ArrayList<>();
            x.forEach(t -> all.add(there.upload(t)));
            all.add(there.upload(whole));
            all.add(there.upload(dy));
            all.add(there.upload(w.to(types.parameters())));
            if (bias != null) {
                all.add(there.upload(bias.to(types.parameters())));
            }
            return all;
        }

        private List<Tensor> truth() {
            List<Tensor> all = new ArrayList<>();
            x.forEach(t -> all.add(t.to(DType.F64)));
            all.addAll(List.of(whole.to(DType.F64), dy.to(DType.F64), w.to(DType.F64)));
            if (bias != null) {
                all.add(bias.to(DType.F64));
            }
            List<Tensor> results = results(null);
            work(
                    new ScalarBackend().kernel(Conv2dKernel.class, KernelTypes.of(DType.F64)),
                    results,
                    all,
                    HostExecution.single());
            return results;
        }

        private void work(Conv2dKernel kernel, List<Tensor> results, List<Tensor> operands, Execution on) {
            int parts = channels.length;
            Slice[] maps = operands.subList(0, parts).stream().map(Slice::of).toArray(Slice[]::new);
            Slice input = Slice.of(operands.get(parts));
            Slice gradient = Slice.of(operands.get(parts + 1));
            Slice weight = Slice.of(operands.get(parts + 2));
            Slice added = bias == null ? null : Slice.of(operands.get(parts + 3));
            kernel.forward(Slice.of(results.get(0)), maps, channels, weight, added, f, g, on);
            kernel.backwardInput(Slice.of(results.get(1)), gradient, weight, g, on);
            kernel.backwardWeight(Slice.of(results.get(2)), null, gradient, input, g, on);
        }

        private void work(CudaBackend there, List<Tensor> results, List<Tensor> operands, Execution on) {
            work(there.kernel(Conv2dKernel.class, types), results, operands, on);
        }

        /** Runs it on operands of its own. */
        private List<Tensor> work(CudaBackend there, Execution on) {
            List<Tensor> results = results(there);
            work(there, results, operands(there), on);
            return results;
        }

        private void check(List<Tensor> found) {
            List<Tensor> expected = truth();
            for (int i = 0; i < expected.size(); i++) {
                double[] a = expected.get(i).toDoubleArray();
                double[] b = found.get(i).copy().to(DType.F64).toDoubleArray();
                double largest = Stream.of(a)
                        .flatMapToDouble(Arrays::stream)
                        .map(Math::abs)
                        .max()
                        .orElse(1);
                assertArrayEquals(a, b, BF16_ERROR * largest, "result " + i);
            }
        }
    }

    /** Runs it, compares, and says how often the library was called, the trials aside. */
    private long run(Trial trial) {
        trial.work(backend, on);
        long before = library.convolved();
        trial.check(trial.work(backend, on));
        return library.convolved() - before;
    }

    private static Stream<Arguments> convolutions() {
        return Stream.of(
                Arguments.of(new Geometry(2, 5, 6, 16, 24, 3, 1, 1), DType.F32, Activation.IDENTITY, false),
                Arguments.of(new Geometry(2, 5, 6, 16, 24, 3, 1, 1), DType.BF16, Activation.RELU, true),
                Arguments.of(new Geometry(1, 8, 6, 8, 16, 3, 2, 1), DType.F32, Activation.RELU, true),
                Arguments.of(new Geometry(1, 9, 7, 16, 8, 3, 1, 2, 1, 2), DType.F32, Activation.IDENTITY, true),
                Arguments.of(new Geometry(1, 5, 8, 24, 8, 1, 2, 0), DType.F32, Activation.RELU, false),
                Arguments.of(new Geometry(1, 4, 5, 8, 8, 4, 3, 2), DType.BF16, Activation.IDENTITY, false));
    }

    @ParameterizedTest
    @MethodSource("convolutions")
    void allThreeDirectionsAreRight(Geometry g, DType parameters, Activation f, boolean biased) {
        assertConvolved(3, run(new Trial(g, parameters, f, biased, g.in())));
    }

    @Test
    void partsArePutTogether() {
        Geometry g = new Geometry(2, 4, 5, 32, 16, 3, 1, 1);
        assertConvolved(3, run(new Trial(g, DType.F32, Activation.IDENTITY, false, 16, 8, 8)));
    }

    @Test
    void whatItCannotDoIsForOurOwnKernel() {
        Geometry g = new Geometry(1, 6, 5, 12, 16, 3, 1, 1);
        assertConvolved(0, run(new Trial(g, DType.F32, Activation.IDENTITY, false, 12)));
        Geometry whole = new Geometry(1, 6, 5, 16, 16, 3, 1, 1);
        assertConvolved(2, run(new Trial(whole, DType.F32, Activation.TANH, false, 16)));
    }

    @Test
    void aLibraryWithoutAPlanLeavesTheWorkToOurOwnKernel() {
        Emulator.requireEmulator();
        Emulator.setConvolutions("no_plans", 1);
        Geometry g = new Geometry(1, 6, 5, 16, 16, 3, 1, 1);
        assertConvolved(0, run(new Trial(g, DType.F32, Activation.RELU, true, 16)));
    }

    @Test
    void plansThatFailLeaveTheWorkToOurOwnKernel() {
        Emulator.requireEmulator();
        Emulator.setConvolutions("fails", 1);
        Geometry g = new Geometry(1, 6, 5, 16, 16, 3, 1, 1);
        assertConvolved(0, run(new Trial(g, DType.F32, Activation.RELU, true, 16)));
    }

    @Test
    void gradientsOfWeightsMayComeRounded() {
        Emulator.requireEmulator();
        Emulator.setConvolutions("bf16_gradients", 1);
        Geometry g = new Geometry(1, 6, 5, 16, 8, 3, 1, 1);
        assertConvolved(3, run(new Trial(g, DType.F32, Activation.IDENTITY, false, 16)));
    }

    @Test
    void choicesAreKeptForTheNextStart(@TempDir Path cache) {
        Emulator.requireEmulator();
        String before = System.getProperty(CACHE);
        System.setProperty(CACHE, cache.toString());
        try {
            Geometry g = new Geometry(1, 6, 5, 16, 8, 3, 1, 1);
            long first = timed(new Trial(g, DType.F32, Activation.RELU, true, 16));
            long second = timed(new Trial(g, DType.F32, Activation.RELU, true, 16));
            assertTrue(first > 3 && second <= 3, first + " calls, then " + second);
        } finally {
            System.setProperty(CACHE, before);
        }
    }

    /** How often a backend of its own calls the library, the trials included, where our own kernel may win too. */
    private static long timed(Trial trial) {
        try (CudaBackend other = Emulator.open(0);
                Execution on = other.execution(Parallelism.single())) {
            trial.check(trial.work(other, on));
            return other.cudnn().convolved();
        }
    }

    @Test
    void aRecordedPassIsRepeatedWithWhatLiesThereThen() {
        Geometry g = new Geometry(1, 6, 5, 16, 8, 3, 1, 1);
        Trial trial = new Trial(g, DType.F32, Activation.RELU, true, 16);
        Trial unknown = new Trial(new Geometry(1, 5, 5, 8, 8, 3, 1, 1), DType.F32, Activation.RELU, true, 8);
        run(trial);
        List<Tensor> operands = trial.operands(backend);
        List<Tensor> results = trial.results(backend);
        List<Tensor> others = unknown.operands(backend);
        List<Tensor> otherResults = unknown.results(backend);
        long executed = library.convolved();
        try (Recorded recorded = backend.record(() -> {
            trial.work(backend, results, operands, on);
            unknown.work(backend, otherResults, others, on);
        })) {
            assertConvolved(6, library.convolved() - executed);
            recorded.run();
            trial.check(results);
            unknown.check(otherResults);
            operands.get(0).copyFrom(Tensor.zeros((int) trial.whole.elements()).to(DType.BF16));
            recorded.run();
            float[] all = results.get(0).copy().to(DType.F32).toFloatArray();
            float[] bias = trial.bias.to(DType.F32).toFloatArray();
            float[] expected = new float[all.length];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = Math.max(0, bias[i % bias.length]);
            }
            assertArrayEquals(expected, all);
            assertConvolved(3, run(unknown)); // What was recorded untimed is timed later.
            recorded.run();
        }
    }
}
