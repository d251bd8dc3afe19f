package dev.swath.kernels;

import java.util.List;

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
     * For each tensor, with t the count of its steps, this one included: parameter -= lr wd parameter; first = beta1 first +
     * (1 - beta1) gradient; second = beta2 second + (1 - beta2) gradient^2; parameter -= rate first / (sqrt(second) rootScale
     * + eps).
     *
     * @param learningRate f64 (1): lr
     */
    void step(List<Slot> slots, Slice learningRate, Coefficients c, Execution on);
}
