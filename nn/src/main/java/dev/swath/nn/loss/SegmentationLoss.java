package dev.swath.nn.loss;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.List;

/**
 * ceFactor cross entropy + diceFactor dice. The cross entropy is the mean of -log softmax of the true class over all pixels
 * of the batch, weighted by the true class. Dice is 1 - (2 sum(p t) + 1e-6) / (sum(p) + sum(t) + 1e-6) over the pixels of
 * one sample, for each class, with the probabilities p and the one-hot truth t.
 *
 * @param classWeights weight of each class in the cross entropy, rounded to f32
 * @param ceFactor factor of the cross entropy
 * @param diceFactor factor of the dice
 * @param reduction how the dice of samples and classes are put together
 */
public record SegmentationLoss(List<Double> classWeights, double ceFactor, double diceFactor, DiceReduction reduction) {
    /** Copies and checks. */
    public SegmentationLoss {
        classWeights = List.copyOf(classWeights);
        if (classWeights.isEmpty() || classWeights.stream().anyMatch(w -> !(w > 0) || w.isInfinite())) {
            throw new IllegalArgumentException(
                    "[segmentation_loss] every class needs a positive weight; got " + classWeights);
        }
    }

    /** The published loss: classes background 0.9 and object 1.1, 0.9 cross entropy + 0.1 dice, summed. */
    public static SegmentationLoss published() {
        return new SegmentationLoss(List.of(0.9, 1.1), 0.9, 0.1, DiceReduction.SUM);
    }

    /**
     * The loss of a batch.
     *
     * @param logits (B, H, W, K)
     * @param target (B, H, W), i64, the number of each pixel's class; on a device from {@link Tape#indices}
     * @return a scalar
     */
    public Var forward(Tape tape, Var logits, Tensor target) {
        double[] weights = classWeights.stream().mapToDouble(Double::floatValue).toArray();
        Shape shape = logits.shape();
        double dice =
                reduction == DiceReduction.SUM ? diceFactor : diceFactor / (shape.dim(0) * (double) shape.dim(-1));
        return dev.swath.autograd.ops.SegmentationLoss.apply(tape, logits, target, weights, ceFactor, dice);
    }
}
