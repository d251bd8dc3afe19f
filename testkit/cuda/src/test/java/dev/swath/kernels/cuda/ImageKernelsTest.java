package dev.swath.kernels.cuda;

import dev.swath.kernels.AdaptiveAvgPoolKernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.ResizeKernel;
import dev.swath.kernels.SegmentationLossKernel;
import dev.swath.kernels.cuda.Trial.Operand;
import dev.swath.tensor.DType;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Kernels over maps of cells, against the scalar ones on random shapes. */
class ImageKernelsTest {
    static final List<KernelTypes> TYPES = Trial.TYPES;

    private static final DType[] INTEGERS = {DType.U8, DType.I16, DType.I32, DType.I64};

    private final Random random = new Random(16);
    private CudaBackend backend;

    @BeforeEach
    void open() {
        backend = Devices.backend();
    }

    private int side() {
        return 1 + random.nextInt(random.nextBoolean() ? 4 : 13);
    }

    private int channels() {
        return random.nextBoolean() ? 8 * (1 + random.nextInt(3)) : 1 + random.nextInt(9);
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void resize(KernelTypes types) {
        for (int i = 0; i < 2 * Trial.SHAPES; i++) {
            int batch = i == 0 ? 0 : 1 + random.nextInt(2);
            ResizeKernel.Geometry g =
                    new ResizeKernel.Geometry(batch, side(), side(), channels(), side(), side(), random.nextBoolean());
            int small = batch * g.height() * g.width() * g.channels();
            int large = batch * g.outHeight() * g.outWidth() * g.channels();
            Trial t = new Trial(random, types).about(g.toString());
            Operand x = t.x(small);
            Operand dy = t.x(large);
            Operand y = t.y("y", large);
            Operand dx = t.y("dx", small);
            t.run(backend, ResizeKernel.class, (k, at, on) -> {
                k.forward(at.apply(y), at.apply(x), g, on);
                k.backward(at.apply(dx), at.apply(dy), g, on);
            });
        }
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void adaptiveAvgPool(KernelTypes types) {
        for (int i = 0; i < 2 * Trial.SHAPES; i++) {
            int batch = i == 0 ? 0 : 1 + random.nextInt(2);
            int height = side();
            int width = side();
            int channels = i % 20 == 1 ? 40 * (1 + random.nextInt(9)) : channels();
            int outHeight = random.nextInt(3) == 0 ? 1 : side();
            int outWidth = random.nextInt(3) == 0 ? 1 : side();
            int small = batch * outHeight * outWidth * channels;
            int large = batch * height * width * channels;
            Trial t = new Trial(random, types)
                    .about(batch + " " + height + " " + width + " " + channels + " to " + outHeight + " " + outWidth);
            Operand x = t.x(large);
            Operand dy = t.x(small);
            Operand y = t.y("y", small);
            Operand dx = t.y("dx", large);
            t.run(backend, AdaptiveAvgPoolKernel.class, (k, at, on) -> {
                k.forward(at.apply(y), at.apply(x), batch, height, width, channels, outHeight, outWidth, on);
                k.backward(at.apply(dx), at.apply(dy), batch, height, width, channels, outHeight, outWidth, on);
            });
        }
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void segmentationLoss(KernelTypes types) {
        for (int i = 0; i < Trial.SHAPES; i++) {
            int samples = 1 + random.nextInt(3);
            int pixels = 1 + random.nextInt(random.nextBoolean() ? 20 : 5000);
            int classes = random.nextBoolean() ? 2 : 1 + random.nextInt(5);
            int n = samples * pixels * classes;
            double[] weights = random.doubles(classes, 0.5, 1.5).toArray();
            SegmentationLossKernel.Geometry g = new SegmentationLossKernel.Geometry(
                    samples, pixels, classes, weights, random.nextDouble(), random.nextDouble());
            Trial t = new Trial(random, types).about(samples + " x " + pixels + " x " + classes);
            Operand logits = t.x(n, () -> 3 * random.nextGaussian());
            Operand target =
                    t.given(INTEGERS[random.nextInt(INTEGERS.length)], samples * pixels, () -> random.nextInt(classes));
            Operand dLoss = t.given(DType.F32, 1, random::nextGaussian);
            Operand given = t.given(DType.F32, samples * classes * 3, () -> 1 + random.nextInt(9));
            Operand loss = t.result("loss", DType.F32, 1);
            Operand sums = t.result("sums", DType.F32, samples * classes * 3);
            Operand dLogits = t.y("dLogits", n);
            t.run(backend, SegmentationLossKernel.class, (k, at, on) -> {
                k.forward(at.apply(loss), at.apply(sums), at.apply(logits), at.apply(target), g, on);
                k.backward(
                        at.apply(dLogits), at.apply(dLoss), at.apply(given), at.apply(logits), at.apply(target), g, on);
            });
        }
    }
}
