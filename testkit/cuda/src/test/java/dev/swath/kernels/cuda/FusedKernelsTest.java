package dev.swath.kernels.cuda;

import dev.swath.kernels.Kernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.LayerNormKernel;
import dev.swath.kernels.PatchMergeKernel;
import dev.swath.kernels.ResizeKernel;
import dev.swath.kernels.SegmentationLossKernel;
import dev.swath.kernels.Slice;
import dev.swath.kernels.cuda.Trial.Operand;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.DType;
import dev.swath.tensor.HostStorage;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Two or three kernels in one, against the scalar kernels one after another. */
class FusedKernelsTest {
    static final List<KernelTypes> TYPES = Trial.TYPES;

    private static final double EPS = 1e-3;

    private final Random random = new Random(18);
    private CudaBackend backend;

    @BeforeEach
    void open() {
        backend = Devices.backend();
    }

    private static <K extends Kernel> K scalar(Class<K> kind) {
        return new ScalarBackend().kernel(kind, DType.F64);
    }

    private static Slice scratch(int n) {
        return Slice.of(HostStorage.allocate(DType.F64, n), 0);
    }

    private static String suffix(KernelTypes types) {
        return types.x() == types.parameters() ? types.x().toString() : types.x() + "_" + types.parameters();
    }

    private int columns(int i) {
        return switch (i % 6) {
            case 0 -> 8 * (1 + random.nextInt(16));
            case 1 -> 8 * (17 + random.nextInt(40));
            case 2 -> 512 + 8 * random.nextInt(65);
            case 3 -> i % 12 < 6 ? 2049 + random.nextInt(50) : 1024 + 4 * random.nextInt(50);
            default -> 16 + random.nextInt(50);
        };
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void residualAndLayerNorm(KernelTypes types) {
        for (int i = 0; i < Trial.SHAPES; i++) {
            int columns = columns(i);
            int samples = 1 + random.nextInt(3);
            int each = 1 + random.nextInt(columns > 1000 ? 2 : 20);
            int rows = samples * each;
            int n = rows * columns;
            boolean dropped = random.nextBoolean();
            Trial t = new Trial(random, types).about("residual and layer norm of " + rows + " x " + columns);
            Operand residual = t.x(n);
            Operand branch = t.x(n);
            Operand factor = t.x(samples, () -> random.nextInt(3) == 0 ? 0 : 1.25);
            Operand weight = t.parameter(columns);
            Operand bias = t.parameter(columns);
            Operand sum = t.y("sum", n);
            Operand y = t.y("y", n);
            Operand dy = t.x(n);
            Operand more = t.x(n);
            Operand m = t.given(DType.F32, rows, random::nextGaussian);
            Operand s = t.given(DType.F32, rows, () -> 0.5 + random.nextDouble());
            Operand dx = t.y("dx", n);
            Operand dWeight = t.changed("dWeight", types.parameters(), columns, random::nextGaussian);
            Operand dBias = t.changed("dBias", types.parameters(), columns, random::nextGaussian);
            t.run(
                    backend,
                    LayerNormKernel.class,
                    (k, at, on) -> {
                        for (int j = 0; j < n; j++) {
                            double share = dropped ? at.apply(factor).get(j / columns / each) : 1;
                            at.apply(sum)
                                    .set(
                                            j,
                                            at.apply(residual).get(j)
                                                    + share * at.apply(branch).get(j));
                        }
                        k.forward(
                                at.apply(y),
                                null,
                                null,
                                at.apply(sum),
                                at.apply(weight),
                                at.apply(bias),
                                EPS,
                                rows,
                                columns,
                                on);
                        k.backward(
                                at.apply(dx),
                                at.apply(dWeight),
                                at.apply(dBias),
                                at.apply(dy),
                                at.apply(residual),
                                at.apply(weight),
                                at.apply(m),
                                at.apply(s),
                                rows,
                                columns,
                                on);
                        for (int j = 0; j < n; j++) {
                            at.apply(dx).add(j, at.apply(more).get(j));
                        }
                    },
                    new CudaLayerNorm(suffix(types)),
                    (k, at, on) -> {
                        k.addForward(
                                at.apply(sum),
                                at.apply(y),
                                null,
                                null,
                                at.apply(residual),
                                at.apply(branch),
                                dropped ? at.apply(factor) : null,
                                at.apply(weight),
                                at.apply(bias),
                                EPS,
                                rows,
                                each,
                                columns,
                                on);
                        k.addBackward(
                                at.apply(dx),
                                at.apply(dWeight),
                                at.apply(dBias),
                                at.apply(dy),
                                at.apply(residual),
                                at.apply(weight),
                                at.apply(m),
                                at.apply(s),
                                at.apply(more),
                                rows,
                                columns,
                                on);
                    });
        }
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void patchMergeAndLayerNorm(KernelTypes types) {
        for (int i = 0; i < Trial.SHAPES; i++) {
            int batch = 1 + random.nextInt(2);
            int height = 1 + random.nextInt(6);
            int width = 1 + random.nextInt(6);
            int channels = columns(i) / 4;
            int small = batch * height * width * channels;
            int rows = batch * ((height + 1) / 2) * ((width + 1) / 2);
            Trial t = new Trial(random, types).about("merge of " + height + " " + width + " " + channels);
            Operand x = t.x(small);
            Operand weight = t.parameter(4 * channels);
            Operand bias = t.parameter(4 * channels);
            Operand y = t.y("y", 4 * rows * channels);
            Operand mean = t.result("mean", DType.F32, rows);
            Operand rstd = t.result("rstd", DType.F32, rows);
            t.run(
                    backend,
                    LayerNormKernel.class,
                    (k, at, on) -> {
                        Slice merged = scratch(4 * rows * channels);
                        scalar(PatchMergeKernel.class).forward(merged, at.apply(x), batch, height, width, channels, on);
                        k.forward(
                                at.apply(y),
                                at.apply(mean),
                                at.apply(rstd),
                                merged,
                                at.apply(weight),
                                at.apply(bias),
                                EPS,
                                rows,
                                4 * channels,
                                on);
                    },
                    new CudaLayerNorm(suffix(types)),
                    (k, at, on) -> k.mergeForward(
                            at.apply(y),
                            at.apply(mean),
                            at.apply(rstd),
                            at.apply(x),
                            at.apply(weight),
                            at.apply(bias),
                            EPS,
                            batch,
                            height,
                            width,
                            channels,
                            on));
        }
    }

    /** Into and out of some channels of a map that has more. */
    @ParameterizedTest
    @FieldSource("TYPES")
    void resizeIntoASlice(KernelTypes types) {
        for (int i = 0; i < Trial.SHAPES; i++) {
            int channels = random.nextBoolean() ? 8 * (1 + random.nextInt(3)) : 1 + random.nextInt(9);
            int before = random.nextBoolean() ? 8 : random.nextInt(4);
            int stride = before + channels + (random.nextBoolean() ? 16 : random.nextInt(4));
            ResizeKernel.Geometry g = new ResizeKernel.Geometry(
                    2,
                    1 + random.nextInt(6),
                    1 + random.nextInt(6),
                    channels,
                    1 + random.nextInt(9),
                    1 + random.nextInt(9),
                    random.nextBoolean());
            int small = g.batch() * g.height() * g.width() * channels;
            int cells = g.batch() * g.outHeight() * g.outWidth();
            Trial t = new Trial(random, types).about(g + " into " + before + " of " + stride);
            Operand x = t.x(small);
            Operand large = t.changed("large", types.x(), cells * stride, random::nextGaussian);
            Operand dLarge = t.x(cells * stride);
            Operand dx = t.y("dx", small);
            t.run(
                    backend,
                    ResizeKernel.class,
                    (k, at, on) -> {
                        Slice y = scratch(cells * channels);
                        k.forward(y, at.apply(x), g, on);
                        Slice dy = scratch(cells * channels);
                        for (int j = 0; j < cells * channels; j++) {
                            int there = j / channels * stride + before + j % channels;
                            at.apply(large).set(there, y.get(j));
                            dy.set(j, at.apply(dLarge).get(there));
                        }
                        k.backward(at.apply(dx), dy, g, on);
                    },
                    new CudaResize(suffix(types)),
                    (k, at, on) -> {
                        k.into(at.apply(large).plus(before), stride, at.apply(x), g, on);
                        k.from(at.apply(dx), at.apply(dLarge).plus(before), stride, g, on);
                    });
        }
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void resizeAndLoss(KernelTypes types) {
        for (int i = 0; i < Trial.SHAPES; i++) {
            int classes = random.nextBoolean() ? 2 : 1 + random.nextInt(4);
            int samples = 1 + random.nextInt(2);
            ResizeKernel.Geometry r = new ResizeKernel.Geometry(
                    samples,
                    1 + random.nextInt(8),
                    1 + random.nextInt(8),
                    classes,
                    1 + random.nextInt(20),
                    1 + random.nextInt(20),
                    random.nextBoolean());
            int small = r.height() * r.width();
            int pixels = r.outHeight() * r.outWidth();
            SegmentationLossKernel.Geometry g = new SegmentationLossKernel.Geometry(
                    samples, pixels, classes, random.doubles(classes, 0.5, 1.5).toArray(), 0.7, 0.4);
            Trial t = new Trial(random, types).about(r.toString());
            Operand logits = t.x(samples * small * classes, () -> 2 * random.nextGaussian());
            Operand target = t.given(DType.U8, samples * pixels, () -> random.nextInt(classes));
            Operand dLoss = t.given(DType.F32, 1, () -> 1);
            Operand given = t.given(DType.F32, samples * classes * 3, () -> 1 + random.nextInt(9));
            Operand loss = t.result("loss", DType.F32, 1);
            Operand sums = t.result("sums", DType.F32, samples * classes * 3);
            Operand dLogits = t.y("dLogits", samples * small * classes);
            t.run(
                    backend,
                    SegmentationLossKernel.class,
                    (k, at, on) -> {
                        Slice large = scratch(samples * pixels * classes);
                        Slice dLarge = scratch(samples * pixels * classes);
                        scalar(ResizeKernel.class).forward(large, at.apply(logits), r, on);
                        k.forward(at.apply(loss), at.apply(sums), large, at.apply(target), g, on);
                        k.backward(dLarge, at.apply(dLoss), at.apply(given), large, at.apply(target), g, on);
                        scalar(ResizeKernel.class).backward(at.apply(dLogits), dLarge, r, on);
                    },
                    new CudaSegmentationLoss(suffix(types)),
                    (k, at, on) -> {
                        k.enlargedForward(at.apply(loss), at.apply(sums), at.apply(logits), at.apply(target), g, r, on);
                        k.enlargedBackward(
                                at.apply(dLogits),
                                at.apply(dLoss),
                                at.apply(given),
                                at.apply(logits),
                                at.apply(target),
                                g,
                                r,
                                on);
                    });
        }
    }
}
