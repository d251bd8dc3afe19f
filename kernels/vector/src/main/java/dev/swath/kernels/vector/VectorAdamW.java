package dev.swath.kernels.vector;

import dev.swath.kernels.AdamWKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import dev.swath.tensor.HostStorage;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/** {@code adamw}: bound by memory, for each element is read and written once. */
final class VectorAdamW implements AdamWKernel {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int W = Lanes.LENGTH;

    /** One tensor's numbers of one step, rounded once. */
    private record Step(
            float beta1, float beta2, float new1, float new2, float decay, float rate, float rootScale, float eps) {
        static Step of(Coefficients c, double learningRate, double weightDecay, long t) {
            return new Step(
                    (float) c.beta1(),
                    (float) c.beta2(),
                    (float) (1 - c.beta1()),
                    (float) (1 - c.beta2()),
                    (float) -(learningRate * weightDecay),
                    (float) -c.rate(learningRate, t),
                    (float) c.rootScale(t),
                    (float) c.eps());
        }
    }

    @Override
    public void step(List<Slot> slots, Slice learningRate, Coefficients c, @Nullable Bound bound, Execution on) {
        double factor = bound == null ? 1 : bound.factor();
        double rate = learningRate.get(0);
        for (Slot s : slots) {
            long t = s.steps().getLong(0) + 1;
            s.steps().setLong(0, t);
            step(s, Step.of(c, rate, s.weightDecay(), t), factor, on);
        }
    }

    private static void step(Slot slot, Step s, double factor, Execution on) {
        Chunks.elements(slot.n(), on, (from, to) -> {
            int length = to - from;
            int whole = length - length % W;
            Slice gradient = scaled(slot.gradient().plus(from), factor, length);
            piece(
                    slot.parameter().floats(),
                    slot.parameter().offset() + from,
                    slot.first().floats(),
                    slot.first().offset() + from,
                    slot.second().floats(),
                    slot.second().offset() + from,
                    gradient.floats(),
                    gradient.offset(),
                    s,
                    whole);
            if (whole < length) {
                rest(slot, gradient.plus(whole), s, from + whole, length - whole);
            }
        });
    }

    /** The gradient times the factor, as gradient clipping rounds it. */
    private static Slice scaled(Slice gradient, double factor, int n) {
        if (factor == 1) {
            return gradient;
        }
        float[] g = gradient.floats();
        int from = gradient.offset();
        float[] out = new float[n];
        for (int i = 0; i < n; i++) {
            out[i] = (float) (g[from + i] * factor);
        }
        return Slice.of(new HostStorage.Floats(out), 0);
    }

    private static void piece(
            float[] x, int x0, float[] m, int m0, float[] v, int v0, float[] g, int g0, Step s, int n) {
        float beta1 = s.beta1;
        float beta2 = s.beta2;
        float new1 = s.new1;
        float new2 = s.new2;
        float decay = s.decay;
        float rate = s.rate;
        float rootScale = s.rootScale;
        float eps = s.eps;
        for (int i = 0; i < n; i += W) {
            FloatVector d = FloatVector.fromArray(S, g, g0 + i);
            FloatVector mean =
                    Lanes.fma(d, new1, FloatVector.fromArray(S, m, m0 + i).mul(beta1));
            FloatVector square = Lanes.fma(
                    d.mul(new2), d, FloatVector.fromArray(S, v, v0 + i).mul(beta2));
            mean.intoArray(m, m0 + i);
            square.intoArray(v, v0 + i);
            FloatVector old = FloatVector.fromArray(S, x, x0 + i);
            FloatVector step = mean.mul(rate).div(square.sqrt().mul(rootScale).add(eps));
            // Both changes are small beside the element: added up first, so that it is rounded once.
            old.add(Lanes.fma(old, decay, step)).intoArray(x, x0 + i);
        }
    }

    /** The elements that fill no vector, through arrays that do. */
    private static void rest(Slot slot, Slice gradient, Step s, int from, int n) {
        float[][] part = new float[4][W];
        Slice[] whole = {
            slot.parameter().plus(from), slot.first().plus(from), slot.second().plus(from), gradient
        };
        for (int i = 0; i < 4; i++) {
            System.arraycopy(whole[i].floats(), whole[i].offset(), part[i], 0, n);
        }
        piece(part[0], 0, part[1], 0, part[2], 0, part[3], 0, s, W);
        for (int i = 0; i < 3; i++) {
            System.arraycopy(part[i], 0, whole[i].floats(), whole[i].offset(), n);
        }
    }
}
