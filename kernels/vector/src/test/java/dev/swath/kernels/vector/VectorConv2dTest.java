package dev.swath.kernels.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Conv2dKernel;
import dev.swath.kernels.Conv2dKernel.Geometry;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Slice;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.DType;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.PackedStorage;
import dev.swath.tensor.Storage;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VectorConv2dTest {
    private static Slice random(int n, long seed) {
        SplittableRandom r = new SplittableRandom(seed);
        float[] a = new float[n];
        for (int i = 0; i < n; i++) {
            a[i] = (float) r.nextGaussian();
        }
        return Slice.of(new HostStorage.Floats(a), 0);
    }

    private static Slice zeros(int n) {
        return Slice.of(new HostStorage.Floats(new float[n]), 0);
    }

    /** Winograd's transforms amplify rounding: 2e-5 of the largest output is twice what was seen. */
    @ParameterizedTest
    @CsvSource({
        "1,4,4,16,16",
        "2,7,9,17,33",
        "1,13,5,40,31",
        "1,30,30,48,64",
        "3,1,1,16,16",
        "1,2,11,65,16",
        "2,7,6,71,64",
        "1,4,5,1600,330"
    })
    void packedEqualsScalarForAnyNumberOfThreads(int batch, int height, int width, int in, int out) {
        Geometry g = new Geometry(batch, height, width, in, out, 3, 1, 1);
        int split = in / 3 + 1;
        int cells = batch * height * width;
        Slice[] maps = {random(cells * split, 1), random(cells * (in - split), 2)};
        int[] channels = {split, in - split};
        Slice weight = random(out * in * 9, 3);
        Slice bias = random(out, 4);
        Slice want = zeros(cells * out);
        new ScalarBackend()
                .kernel(Conv2dKernel.class, DType.F32)
                .forward(want, maps, channels, weight, bias, Activation.RELU, g, HostExecution.single());
        Conv2dKernel kernel = new VectorBackend().kernel(Conv2dKernel.class, DType.F32);
        Storage packed = kernel.pack(weight, out, in, 3, 1, 1, 1);
        assertTrue(packed instanceof WinogradStorage);
        assertArrayEquals(weight.floats(), ((HostStorage.Floats) ((PackedStorage) packed).unpack()).array());
        Slice single = zeros(cells * out);
        kernel.forward(single, maps, channels, Slice.of(packed, 0), bias, Activation.RELU, g, HostExecution.single());
        close(want.floats(), single.floats(), 2e-5);
        for (int threads = 2; threads <= 3; threads++) {
            try (Parallelism p = Parallelism.ofThreads(threads)) {
                Slice several = zeros(cells * out);
                kernel.forward(
                        several, maps, channels, Slice.of(packed, 0), bias, Activation.RELU, g, HostExecution.on(p));
                assertArrayEquals(single.floats(), several.floats());
            }
        }
        Slice unpacked = zeros(cells * out);
        kernel.forward(unpacked, maps, channels, weight, bias, Activation.RELU, g, HostExecution.single());
        close(want.floats(), unpacked.floats(), 2e-6);
    }

    @ParameterizedTest
    @CsvSource({
        "1,4,5,17,33",
        "2,7,9,16,16",
        "1,33,35,17,40",
        "2,23,24,33,16",
        "1,6,7,64,80",
        "2,1,3,65,130",
        "257,1,7,128,64"
    })
    void gradientsEqualScalarForAnyNumberOfThreads(int batch, int height, int width, int in, int out) {
        Geometry g = new Geometry(batch, height, width, in, out, 3, 1, 1);
        int cells = batch * height * width;
        Slice x = random(cells * in, 1);
        Slice dy = random(cells * out, 2);
        Slice weight = random(out * in * 9, 3);
        Conv2dKernel scalar = new ScalarBackend().kernel(Conv2dKernel.class, DType.F32);
        Conv2dKernel vector = new VectorBackend().kernel(Conv2dKernel.class, DType.F32);
        Slice want = zeros(cells * in);
        Slice wantWeight = zeros(out * in * 9);
        scalar.backwardInput(want, dy, weight, g, HostExecution.single());
        scalar.backwardWeight(wantWeight, null, dy, x, g, HostExecution.single());
        Slice forward = zeros(cells * out);
        Slice wantForward = zeros(cells * out);
        Slice[] map = {x};
        int[] channels = {in};
        scalar.forward(wantForward, map, channels, weight, null, Activation.IDENTITY, g, HostExecution.single());
        vector.forward(forward, map, channels, weight, null, Activation.IDENTITY, g, HostExecution.single());
        close(wantForward.floats(), forward.floats(), 2e-5);
        float[] one = null;
        for (int threads = 1; threads <= 2; threads++) {
            try (Parallelism p = Parallelism.ofThreads(threads)) {
                Slice dx = random(cells * in, 9);
                Slice dWeight = zeros(out * in * 9);
                vector.backwardInput(dx, dy, weight, g, HostExecution.on(p));
                vector.backwardWeight(dWeight, null, dy, x, g, HostExecution.on(p));
                close(want.floats(), dx.floats(), 2e-5);
                close(wantWeight.floats(), dWeight.floats(), 1e-5);
                if (one != null) {
                    assertArrayEquals(one, dx.floats());
                }
                one = dx.floats();
            }
        }
    }

    /**
     * Against the scalar kernels in f64, on odd offsets, for one to three threads. Sums of up to 1568 products of size
     * 1 (of up to 2108 in the weight's gradient), of a result of about the root of that: some 1e-7 each.
     */
    @ParameterizedTest
    @CsvSource({
        "1,5,7,37,37,3,1,1,37,1",
        "2,21,19,16,16,3,1,1,16,1",
        "1,9,8,19,19,3,2,2,19,2",
        "1,31,34,48,48,5,1,2,48,1",
        "2,5,6,9,12,3,1,1,3,1",
        "1,13,11,32,64,3,1,2,2,2",
        "1,12,11,64,32,3,2,1,2,1",
        "1,7,9,5,10,3,1,1,5,1",
        "1,19,17,33,31,3,1,2,1,2",
        "2,9,8,17,16,3,2,1,1,2",
        "1,8,9,6,4,1,1,0,2,1",
        // More than one block of patches, forwards, turned round, and scattered.
        "1,37,37,32,4,7,1,3,1,1",
        "1,43,43,32,4,7,1,0,1,1"
    })
    void allFormsEqualScalarForAnyNumberOfThreads(
            int batch,
            int height,
            int width,
            int in,
            int out,
            int kernel,
            int stride,
            int padding,
            int groups,
            int dilation) {
        Geometry g = new Geometry(batch, height, width, in, out, kernel, stride, padding, groups, dilation);
        int cells = batch * height * width;
        int outCells = batch * g.outHeight() * g.outWidth();
        int weights = out * in / groups * kernel * kernel;
        VectorConv2d vector = new VectorConv2d(new VectorGemm());
        new Check<>(Conv2dKernel.class, vector)
                .input(cells * in)
                .input(weights)
                .input(out)
                .output("y", outCells * out)
                .run(
                        2e-6,
                        (k, o, on) -> k.forward(
                                o[3], new Slice[] {o[0]}, new int[] {in}, o[1], o[2], Activation.RELU, g, on));
        new Check<>(Conv2dKernel.class, vector)
                .input(outCells * out)
                .input(weights)
                .output("dx", cells * in)
                .run(2e-6, (k, o, on) -> k.backwardInput(o[2], o[0], o[1], g, on));
        new Check<>(Conv2dKernel.class, vector)
                .input(outCells * out)
                .input(cells * in)
                .output("dWeight", weights)
                .output("dBias", out)
                .run(3e-6, (k, o, on) -> k.backwardWeight(o[2], o[3], o[0], o[1], g, on));
        new Check<>(Conv2dKernel.class, vector)
                .input(outCells * out)
                .input(cells * in)
                .output("dWeight", weights)
                .run(3e-6, (k, o, on) -> k.backwardWeight(o[2], null, o[0], o[1], g, on));
    }

    private static void close(float[] want, float[] got, double tolerance) {
        double scale = 0;
        double worst = 0;
        for (int i = 0; i < want.length; i++) {
            scale = Math.max(scale, Math.abs(want[i]));
            worst = Math.max(worst, Math.abs(want[i] - got[i]));
        }
        assertTrue(worst <= tolerance * scale, worst / scale + " above " + tolerance);
    }
}
