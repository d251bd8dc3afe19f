package dev.swath.kernels;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step of Adam with decoupled weight decay on any number of tensors ({@code adamw}; Loshchilov, Hutter 2019). The learning
 * rate and the counts of steps are read from memory, so that a recorded step can be run again.
 */
public interface AdamWKernel extends Kernel {
    /**
     * One tensor with what belongs to it.
     *
     * @param parameter n elements, changed in place, as both moments
     * @param first exponential mean of the gradient
     * @param second exponential mean of its square
     * @param gradient read only
     * @param steps i64 (1): how many steps this tensor has seen; += 1
     * @param weightDecay wd
     */
    record Slot(Slice parameter, Slice first, Slice second, Slice gradient, Slice steps, double weightDecay, int n) {}

    /**
     * What all tensors share.
     *
     * @param beta1 share of the old first moment that stays
     * @param beta2 share of the old second moment that stays
     * @param eps added to the denominator
     */
    record Coefficients(double beta1, double beta2, double eps) {
        /** lr / (1 - beta1^t), the factor of the first moment. */
        public double rate(double learningRate, long t) {
            return learningRate / (1 - Math.pow(beta1, t));
        }

        /** 1 / sqrt(1 - beta2^t), the factor of the second moment's root. */
        public double rootScale(long t) {
            return 1 / Math.sqrt(1 - Math.pow(beta2, t));
        }
    }

    /**
     * Gradient clipping within the step: where the gradients' common norm is greater than a bound, each element counts as if it
     * had been scaled by {@link GradientClippingKernel#scale} before, to the same bits. The gradients in memory stay as they are.
     *
     * @param norm f64 (1), as {@link GradientClippingKernel#norm} leaves it
     * @param most the bound
     */
    record Bound(Slice norm, double most) {
        /** What each element is multiplied by; read on the processor. */
        public double factor() {
            double is = norm.get(0);
            return is > most ? most / is : 1;
        }
    }

    /**
     * For each tensor, with t the count of its steps, this one included: parameter -= lr wd parameter; first = beta1 first +
     * (1 - beta1) gradient; second = beta2 second + (1 - beta2) gradient^2; parameter -= rate first / (sqrt(second) rootScale
     * + eps).
     *
     * @param learningRate f64 (1): lr
     * @param bound of the gradients' norm, or null for none
     */
    void step(List<Slot> slots, Slice learningRate, Coefficients c, @Nullable Bound bound, Execution on);

    /** The same with gradients of any norm. */
    default void step(List<Slot> slots, Slice learningRate, Coefficients c, Execution on) {
        step(slots, learningRate, c, null, on);
    }
}
