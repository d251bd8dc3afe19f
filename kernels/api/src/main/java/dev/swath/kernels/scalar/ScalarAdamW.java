package dev.swath.kernels.scalar;

import dev.swath.kernels.AdamWKernel;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Slice;

/** {@code adamw}, the truth. */
final class ScalarAdamW implements AdamWKernel {
    @Override
    public void step(Slice parameter, Slice first, Slice second, Slice gradient, Step s, int n, Parallelism p) {
        double rate = s.rate();
        double rootScale = s.rootScale();
        for (int i = 0; i < n; i++) {
            double g = gradient.get(i);
            double m = s.beta1() * first.get(i) + (1 - s.beta1()) * g;
            double v = s.beta2() * second.get(i) + (1 - s.beta2()) * g * g;
            first.set(i, m);
            second.set(i, v);
            double kept = parameter.get(i) * (1 - s.decay());
            parameter.set(i, kept - rate * m / (Math.sqrt(v) * rootScale + s.eps()));
        }
    }
}
