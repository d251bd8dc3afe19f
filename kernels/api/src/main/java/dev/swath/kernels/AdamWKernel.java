package dev.swath.kernels;

/** One step of Adam with decoupled weight decay on one tensor ({@code adamw}; Loshchilov, Hutter 2019). */
public interface AdamWKernel extends Kernel {
    /**
     * The numbers of one step.
     *
     * @param learningRate lr
     * @param beta1 share of the old first moment that stays
     * @param beta2 share of the old second moment that stays
     * @param eps added to the denominator
     * @param weightDecay wd
     * @param number t, from 1: how many steps this tensor has seen, this one included
     */
    record Step(double learningRate, double beta1, double beta2, double eps, double weightDecay, long number) {
        /** lr / (1 - beta1^t), the factor of the first moment. */
        public double rate() {
            return learningRate / (1 - Math.pow(beta1, number));
        }

        /** 1 / sqrt(1 - beta2^t), the factor of the second moment's root. */
        public double rootScale() {
            return 1 / Math.sqrt(1 - Math.pow(beta2, number));
        }

        /** lr wd, the share of each element that decays. */
        public double decay() {
            return learningRate * weightDecay;
        }
    }

    /**
     * parameter -= lr wd parameter; first = beta1 first + (1 - beta1) gradient; second = beta2 second + (1 - beta2)
     * gradient^2; parameter -= rate first / (sqrt(second) rootScale + eps).
     *
     * @param parameter n elements, changed in place, as both moments
     * @param first exponential mean of the gradient
     * @param second exponential mean of its square
     * @param gradient read only
     */
    void step(Slice parameter, Slice first, Slice second, Slice gradient, Step s, int n, Parallelism p);
}
