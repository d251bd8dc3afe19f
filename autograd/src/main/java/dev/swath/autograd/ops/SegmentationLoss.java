package dev.swath.autograd.ops;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.SegmentationLossKernel;
import dev.swath.kernels.SegmentationLossKernel.Geometry;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.Arrays;

/**
 * {@code segmentation_loss}: class-weighted cross entropy and dice against a map of classes; the formula stands at
 * {@link SegmentationLossKernel}. Keeps nothing of the size of the logits but the logits themselves.
 */
public final class SegmentationLoss {
    private static final String OP = "segmentation_loss";

    private SegmentationLoss() {}

    /**
     * @param logits (B, ..., K), channels last
     * @param target (B, ...), i64, each in [0, K)
     * @param weights (K), the classes' weights in the cross entropy
     * @param ce factor of the cross entropy
     * @param dice factor of the sum of dice over samples and classes
     * @return a scalar
     */
    public static Var apply(Tape tape, Var logits, Tensor target, Tensor weights, double ce, double dice) {
        Ops.require(
                tape,
                logits.shape().rank() >= 2 && logits.value().elements() > 0,
                OP,
                "the logits must have at least 2 axes and must not be empty",
                logits);
        int classes = logits.dim(-1);
        int[] dims = logits.shape().dims();
        Shape wanted = Shape.of(Arrays.copyOf(dims, dims.length - 1));
        if (!target.shape().equals(wanted)) {
            throw tape.error(
                    OP, "the target must have the shape of the logits without classes " + wanted, target.describe());
        }
        if (weights.dtype() != logits.dtype() || !weights.shape().equals(Shape.of(classes))) {
            throw tape.error(OP, "there must be one weight a class, of the logits' type", weights.describe());
        }
        Tensor truth = target.contiguous();
        requireClasses(tape, truth, classes);
        Tensor in = Ops.dense(tape, logits);
        Tensor w = weights.contiguous();
        int samples = logits.dim(0);
        Geometry g = new Geometry(samples, Math.toIntExact(truth.elements() / samples), classes, ce, dice);
        Tensor loss = tape.allocate(logits.dtype(), Shape.of());
        Tensor sums = tape.allocate(logits.dtype(), samples, classes, 3);
        SegmentationLossKernel kernel = tape.kernel(SegmentationLossKernel.class, logits.dtype());
        kernel.forward(
                Slice.of(loss), Slice.of(sums), Slice.of(in), Slice.of(truth), Slice.of(w), g, tape.parallelism());
        return tape.record(
                OP,
                loss,
                8 * in.elements(),
                (dLoss, into) -> kernel.backward(
                        Slice.of(into.overwrite(0)),
                        Slice.of(dLoss),
                        Slice.of(sums),
                        Slice.of(in),
                        Slice.of(truth),
                        Slice.of(w),
                        g,
                        tape.parallelism()),
                logits);
    }

    /** The same from primitive ops, on the one-hot truth. */
    public static Var composed(Tape tape, Var logits, Tensor target, Tensor weights, double ce, double dice) {
        int classes = logits.dim(-1);
        int samples = logits.dim(0);
        int pixels = Math.toIntExact(target.elements() / samples);
        Var x = Reshape.apply(tape, logits, samples, pixels, classes);
        Var truth = oneHot(target, logits.dtype(), samples, pixels, classes);
        Var weighted = Binary.mul(tape, truth, Var.constant(weights));
        Var entropy =
                Binary.div(tape, total(tape, Binary.mul(tape, weighted, Softmax.log(tape, x))), total(tape, weighted));
        Var p = Softmax.apply(tape, x);
        Var smooth = number(logits, SegmentationLossKernel.SMOOTHING);
        Var both = Reduce.sum(tape, Binary.mul(tape, p, truth), 1, false);
        Var sizes = Binary.add(tape, Reduce.sum(tape, p, 1, false), Reduce.sum(tape, truth, 1, false));
        Var similarity = Binary.div(
                tape, Binary.add(tape, Binary.add(tape, both, both), smooth), Binary.add(tape, sizes, smooth));
        Var missing = Binary.sub(tape, number(logits, samples * (double) classes), total(tape, similarity));
        return Binary.sub(
                tape, Binary.mul(tape, number(logits, dice), missing), Binary.mul(tape, number(logits, ce), entropy));
    }

    private static Var number(Var like, double value) {
        Tensor scalar = Tensor.zeros(like.dtype(), Shape.of());
        scalar.set(value);
        return Var.constant(scalar);
    }

    private static Var total(Tape tape, Var x) {
        return Reshape.apply(
                tape,
                Reduce.sum(
                        tape, Reshape.apply(tape, x, Math.toIntExact(x.value().elements())), 0, false));
    }

    private static Var oneHot(Tensor target, DType dtype, int samples, int pixels, int classes) {
        long[] t = target.toLongArray();
        Tensor hot = Tensor.zeros(dtype, Shape.of(samples, pixels, classes));
        for (int i = 0; i < t.length; i++) {
            hot.set(1, i / pixels, i % pixels, (int) t[i]);
        }
        return Var.constant(hot);
    }

    private static void requireClasses(Tape tape, Tensor target, int classes) {
        if (target.dtype().isFloating() || !(target.storage() instanceof HostStorage host)) {
            throw tape.error(OP, "the target must hold integers in processor memory", target.describe());
        }
        for (long i = 0; i < target.elements(); i++) {
            long t = host.getLong(target.offset() + i);
            if (t < 0 || t >= classes) {
                throw tape.error(OP, "every target must lie in [0, " + classes + ")", t + " at position " + i);
            }
        }
    }
}
