package dev.swath.kernels;

/**
 * Class-weighted cross entropy and dice loss of logits against a map of classes ({@code segmentation_loss}), in one pass
 * each way. With p = softmax over the classes, t the one-hot target, and for each sample and class the sums over pixels I
 * = sum(p t), P = sum(p), T = sum(t):
 *
 * <pre>
 * loss = ce sum(w[target] (-log p[target])) / sum(w[target]) + dice sum over samples and classes of 1 - (2 I + e) / (P + T + e)
 * </pre>
 */
public interface SegmentationLossKernel extends Kernel {
    /** e, which keeps the dice of a class that occurs nowhere defined. */
    double SMOOTHING = 1e-6;

    /**
     * Sizes and factors.
     *
     * @param samples B
     * @param pixels L, of one sample
     * @param classes K
     * @param weights w, one a class, in the cross entropy; not to be changed
     * @param ce factor of the cross entropy
     * @param dice factor of the dice sum
     */
    record Geometry(int samples, int pixels, int classes, double[] weights, double ce, double dice) {}

    /**
     * @param loss (1), =
     * @param sums (B, K, 3): I, P, T of each sample and class, =, for the backward pass
     * @param logits (B, L, K)
     * @param target (B, L) integers, each in [0, K)
     */
    void forward(Slice loss, Slice sums, Slice logits, Slice target, Geometry g, Execution on);

    /** dLogits (=) for the loss's gradient {@code dLoss} (1). */
    void backward(Slice dLogits, Slice dLoss, Slice sums, Slice logits, Slice target, Geometry g, Execution on);
}
