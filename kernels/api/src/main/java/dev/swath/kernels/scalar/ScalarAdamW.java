package dev.swath.kernels.scalar;

import dev.swath.kernels.AdamWKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import dev.swath.tensor.HostStorage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code adamw}, the truth. */
final class ScalarAdamW implements AdamWKernel {
    @Override
    public void step(List<Slot> slots, Slice learningRate, Coefficients c, @Nullable Bound bound, Execution on) {
        double factor = bound == null ? 1 : bound.factor();
        for (Slot s : slots) {
            long t = s.steps().getLong(0) + 1;
            s.steps().setLong(0, t);
            step(s, learningRate.get(0), c, factor, t);
        }
    }

    private static void step(Slot s, double learningRate, Coefficients c, double factor, long t) {
        double rate = c.rate(learningRate, t);
        double rootScale = c.rootScale(t);
        double decay = learningRate * s.weightDecay();
        Slice scaled = Slice.of(HostStorage.allocate(s.gradient().storage().dtype(), 1), 0);
        for (int i = 0; i < s.n(); i++) {
            scaled.set(0, s.gradient().get(i) * factor);
            double g = scaled.get(0);
            double m = c.beta1() * s.first().get(i) + (1 - c.beta1()) * g;
            double v = c.beta2() * s.second().get(i) + (1 - c.beta2()) * g * g;
            s.first().set(i, m);
            s.second().set(i, v);
            double kept = s.parameter().get(i) * (1 - decay);
            s.parameter().set(i, kept - rate * m / (Math.sqrt(v) * rootScale + c.eps()));
        }
    }
}
