package dev.swath.kernels.vector;

import dev.swath.kernels.SegmentationLossKernel;
import dev.swath.kernels.SegmentationLossKernel.Geometry;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.HostStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VectorSegmentationLossTest {
    // Exponentials of 2 units in the last place, sums of thousands.
    private static final double TOLERANCE = 1e-6;

    private static Check<SegmentationLossKernel> check() {
        return new Check<>(SegmentationLossKernel.class, new VectorSegmentationLoss());
    }

    private static Geometry geometry(int samples, int pixels, int classes, double ce, double dice) {
        double[] weights = new double[classes];
        for (int k = 0; k < classes; k++) {
            weights[k] = 0.9 + 0.2 * k;
        }
        return new Geometry(samples, pixels, classes, weights, ce, dice);
    }

    /** Classes in no order; the last one occurs nowhere where there are more than two. */
    private static long[] target(Geometry g) {
        long[] t = new long[g.samples() * g.pixels()];
        int used = g.classes() > 2 ? g.classes() - 1 : g.classes();
        for (int i = 0; i < t.length; i++) {
            t[i] = i * 7919L % 31 % used;
        }
        return t;
    }

    private static void compare(Geometry g, Slice target, float[] logits) {
        int m = g.samples() * g.classes() * 3;
        check().output("loss", 1)
                .output("sums", m)
                .input(logits)
                .run(TOLERANCE, (k, o, p) -> k.forward(o[0], o[1], o[2], target, g, p));
        // The sums as the truth has them: a large number takes the small ones' digits.
        check().input(0.7f)
                .output("sums", m)
                .input(logits)
                .output("dLogits", logits.length)
                .run(TOLERANCE, (k, o, p) -> {
                    k.forward(Slice.of(new HostStorage.Floats(new float[1]), 0), o[1], o[2], target, g, p);
                    k.backward(o[3], o[0], o[1], o[2], target, g, p);
                });
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 2, 0.9, 0.1",
        "3, 15, 2, 0.9, 0.1",
        "2, 17000, 2, 0.9, 0.1",
        "1, 961, 3, 1, 0",
        "2, 91, 5, 0, 1",
        "1, 2000, 37, 0.9, 0.1",
        "2, 19, 1, 1, 0.5"
    })
    void sizes(int samples, int pixels, int classes, double ce, double dice) {
        Geometry g = geometry(samples, pixels, classes, ce, dice);
        float[] logits = new float[samples * pixels * classes];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) (3 * Math.sin(i * 1.7 + i / 100));
        }
        compare(g, Slice.of(new HostStorage.Longs(target(g)), 0), logits);
    }

    /** Probabilities so near to 1 that f32 holds nothing of what they lack: the loss and its gradient are that. */
    @Test
    void certainty() {
        Geometry g = geometry(1, 1000, 2, 1, 0);
        long[] t = target(g);
        float[] logits = new float[2000];
        for (int i = 0; i < 1000; i++) {
            logits[2 * i + (int) t[i]] = 14 + i % 7;
        }
        compare(g, Slice.of(new HostStorage.Longs(t), 0), logits);
    }

    @Test
    void targetsOfAnotherType() {
        Geometry g = geometry(2, 50, 2, 0.9, 0.1);
        HostStorage bytes = HostStorage.allocate(DType.U8, 103);
        long[] t = target(g);
        for (int i = 0; i < t.length; i++) {
            bytes.setLong(3 + i, t[i]);
        }
        float[] logits = new float[200];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) Math.cos(i);
        }
        compare(g, Slice.of(bytes, 3), logits);
    }

    @Test
    void infinitiesAndNotANumber() {
        for (float odd : new float[] {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN}) {
            for (int at = 0; at < 2; at++) {
                Geometry g = geometry(1, 3, 2, 1, 0);
                float[] logits = {1, 2, 3, 4, 5, 6};
                logits[2 + at] = odd;
                Slice target = Slice.of(new HostStorage.Longs(new long[] {0, 1, 0}), 0);
                check().output("loss", 1)
                        .output("sums", 6)
                        .input(logits)
                        .run(TOLERANCE, (k, o, p) -> k.forward(o[0], o[1], o[2], target, g, p));
            }
        }
    }
}
