package dev.swath.autograd.ops;

import dev.swath.autograd.OpDetails;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.SegmentationLossKernel;
import dev.swath.kernels.SegmentationLossKernel.Geometry;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
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
     * @param target (B, ...), i64, each in [0, K); on a device from {@link Tape#indices}
     * @param weights the classes' weights in the cross entropy
     * @param ce factor of the cross entropy
     * @param dice factor of the sum of dice over samples and classes
     * @return a scalar
     */
    public static Var apply(Tape tape, Var logits, Tensor target, double[] weights, double ce, double dice) {
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
        if (weights.length != classes) {
            throw tape.error(OP, "there must be one weight a class, " + classes, weights.length + " weights");
        }
        Operands operands = Operands.of(tape, OP, "logits", logits);
        Tensor truth = Ops.integers(tape, OP, "target", target, operands);
        tape.requireIndices(OP, "target", truth, classes);
        Tensor in = Ops.dense(tape, logits);
        int samples = logits.dim(0);
        Geometry g =
                new Geometry(samples, Math.toIntExact(truth.elements() / samples), classes, weights.clone(), ce, dice);
        Tensor loss = tape.allocate(operands.savedType(), Shape.of());
        Tensor sums = tape.allocate(operands.savedType(), samples, classes, 3);
        SegmentationLossKernel kernel = operands.kernel(SegmentationLossKernel.class);
        kernel.forward(Slice.of(loss), Slice.of(sums), Slice.of(in), Slice.of(truth), g, tape.execution());
        tape.describe(() -> OpDetails.of("logits", logits)
                .input("target", truth)
                .setting("ce", ce)
                .setting("dice", dice));
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
                        g,
                        tape.execution()),
                logits);
    }

    /** The same from primitive ops, on the one-hot truth. */
    public static Var composed(Tape tape, Var logits, Tensor target, double[] weights, double ce, double dice) {
        int classes = logits.dim(-1);
        int samples = logits.dim(0);
        int pixels = Math.toIntExact(target.elements() / samples);
        Var x = Reshape.apply(tape, logits, samples, pixels, classes);
        Var truth = tape.constant(oneHot(target, logits.dtype(), samples, pixels, classes));
        Var weighted = Binary.mul(
                tape, truth, tape.constant(Tensor.of(weights, classes).to(logits.dtype())));
        Var entropy =
                Binary.div(tape, total(tape, Binary.mul(tape, weighted, Softmax.log(tape, x))), total(tape, weighted));
        Var p = Softmax.apply(tape, x);
        Var smooth = tape.number(logits.dtype(), SegmentationLossKernel.SMOOTHING);
        Var both = Reduce.sum(tape, Binary.mul(tape, p, truth), 1, false);
        Var sizes = Binary.add(tape, Reduce.sum(tape, p, 1, false), Reduce.sum(tape, truth, 1, false));
        Var similarity = Binary.div(
                tape, Binary.add(tape, Binary.add(tape, both, both), smooth), Binary.add(tape, sizes, smooth));
        Var missing =
                Binary.sub(tape, tape.number(logits.dtype(), samples * (double) classes), total(tape, similarity));
        return Binary.sub(
                tape,
                Binary.mul(tape, tape.number(logits.dtype(), dice), missing),
                Binary.mul(tape, tape.number(logits.dtype(), ce), entropy));
    }

    private static Var total(Tape tape, Var x) {
        return Reshape.apply(
                tape,
                Reduce.sum(
                        tape, Reshape.apply(tape, x, Math.toIntExact(x.value().elements())), 0, false));
    }

    private static Tensor oneHot(Tensor target, DType dtype, int samples, int pixels, int classes) {
        long[] t = target.toLongArray();
        Tensor hot = Tensor.zeros(dtype, Shape.of(samples, pixels, classes));
        for (int i = 0; i < t.length; i++) {
            hot.set(1, i / pixels, i % pixels, (int) t[i]);
        }
        return hot;
    }
}
