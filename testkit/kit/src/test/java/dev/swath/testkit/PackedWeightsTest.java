package dev.swath.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.OpException;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Conv2d;
import dev.swath.autograd.ops.Linear;
import dev.swath.kernels.Activation;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Conv2dKernel;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Slice;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.DType;
import dev.swath.tensor.PackedStorage;
import dev.swath.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Weights that a backend packed for inference: the same results, the same weight back, and no gradient in silence. */
class PackedWeightsTest {
    private final SplittableRandom random = new SplittableRandom(5);

    private Tensor normal(int... dims) {
        Tensor x = Tensor.zeros(dims);
        float[] values = new float[(int) x.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(values, dims);
    }

    private static Stream<Arguments> onBackends(int[]... sizes) {
        return Stream.of(sizes).flatMap(s -> GoldenRun.backends().map(b -> Arguments.of(s, b)));
    }

    /** Rows, outputs, inputs. */
    static Stream<Arguments> linears() {
        return onBackends(
                new int[] {1, 1, 1}, new int[] {3, 5, 7}, new int[] {13, 37, 19}, new int[] {29, 67, 131}, new int[] {
                    100, 16, 64
                });
    }

    /** Batch, height, width, inputs, outputs. */
    static Stream<Arguments> convolutions() {
        return onBackends(
                new int[] {1, 1, 1, 1, 1},
                new int[] {1, 7, 5, 3, 5},
                new int[] {2, 4, 8, 16, 16},
                new int[] {1, 13, 11, 37, 35},
                new int[] {1, 3, 19, 64, 7});
    }

    private static Tape inference(Backend backend, int threads) {
        return Tape.inference(Tape.Options.of(backend).withParallelism(Parallelism.ofThreads(threads)));
    }

    @ParameterizedTest
    @MethodSource("linears")
    void linear(int[] size, Backend backend) {
        Tensor x = normal(size[0], size[2]);
        Tensor w = normal(size[1], size[2]);
        Tensor b = normal(size[1]);
        Tensor r = normal(size[0], size[1]);
        Tensor packed = Tensor.over(
                backend.kernel(GemmKernel.class, DType.F32).pack(Slice.of(backend.upload(w)), size[1], size[2]),
                w.shape(),
                0);
        for (Activation f : List.of(Activation.IDENTITY, Activation.GELU, Activation.RELU)) {
            check(
                    backend,
                    List.of(x, w, b, r),
                    packed,
                    (t, v) -> Linear.apply(t, v.get(0), v.get(1), v.get(2), f, v.get(3)),
                    5e-6);
        }
        assertArrayEquals(w.toFloatArray(), packed.copy().toFloatArray());
    }

    @ParameterizedTest
    @MethodSource("convolutions")
    void conv2d(int[] size, Backend backend) {
        Tensor x = normal(size[0], size[1], size[2], size[3]);
        Tensor w = normal(size[4], size[3], 3, 3);
        Tensor b = normal(size[4]);
        Tensor packed = Tensor.over(
                backend.kernel(Conv2dKernel.class, DType.F32)
                        .pack(Slice.of(backend.upload(w)), size[4], size[3], 3, 1, 1, 1),
                w.shape(),
                0);
        for (Activation f : List.of(Activation.IDENTITY, Activation.RELU)) {
            check(
                    backend,
                    List.of(x, w, b),
                    packed,
                    (t, v) -> Conv2d.apply(t, List.of(v.get(0)), v.get(1), v.get(2), f, 1, 1),
                    // Winograd's transforms multiply rounding errors by about ten.
                    2e-5);
        }
        // The transformed weights come back through divisions.
        float[] back = packed.copy().toFloatArray();
        OpRun.close(
                "weight", w.toDoubleArray(), Tensor.of(back, w.shape().dims()).toDoubleArray(), 1e-5);
    }

    /** Batch, height, width, inputs, outputs, groups, dilation: nothing that a fast form with other taps must take. */
    static Stream<Arguments> grouped() {
        return onBackends(
                new int[] {1, 5, 7, 32, 32, 32, 1}, new int[] {2, 7, 5, 64, 32, 2, 1}, new int[] {1, 9, 8, 16, 16, 1, 2
                });
    }

    @ParameterizedTest
    @MethodSource("grouped")
    void conv2dInGroupsOrDilated(int[] size, Backend backend) {
        int groups = size[5];
        int dilation = size[6];
        Tensor x = normal(size[0], size[1], size[2], size[3]);
        Tensor w = normal(size[4], size[3] / groups, 3, 3);
        Tensor b = normal(size[4]);
        Tensor packed = Tensor.over(
                backend.kernel(Conv2dKernel.class, DType.F32)
                        .pack(Slice.of(backend.upload(w)), size[4], size[3], 3, 1, groups, dilation),
                w.shape(),
                0);
        check(
                backend,
                List.of(x, w, b),
                packed,
                (t, v) -> Conv2d.apply(
                        t, List.of(v.get(0)), v.get(1), v.get(2), Activation.RELU, 1, dilation, groups, dilation),
                5e-6);
        assertArrayEquals(w.toFloatArray(), packed.copy().toFloatArray());
    }

    /** The second input is the weight. */
    private static void check(
            Backend backend,
            List<Tensor> inputs,
            Tensor packed,
            BiFunction<Tape, List<Var>, Var> function,
            double tolerance) {
        List<Var> doubles =
                inputs.stream().map(t -> Var.constant(t.to(DType.F64))).toList();
        double[] expected = function.apply(inference(new ScalarBackend(), 1), doubles)
                .value()
                .toDoubleArray();
        List<Var> floats = inputs.stream()
                .map(t -> Var.constant(t == inputs.get(1) ? packed : backend.upload(t)))
                .toList();
        float[] got = function.apply(inference(backend, 1), floats).value().toFloatArray();
        OpRun.close("output", expected, Tensor.of(got, got.length).toDoubleArray(), tolerance);
        assertArrayEquals(
                got, function.apply(inference(backend, 3), floats).value().toFloatArray(), "with three threads");
        if (packed.storage() instanceof PackedStorage) {
            List<Var> leaves = floats.stream()
                    .map(v -> v == floats.get(0) ? Var.leaf(v.value()) : v)
                    .toList();
            OpException refused = assertThrows(
                    OpException.class, () -> function.apply(Tape.recording(Tape.Options.of(backend)), leaves));
            assertTrue(
                    refused.getMessage().contains("a weight packed for inference has no gradient"),
                    refused.getMessage());
        }
    }
}
