package dev.swath.kernels.vector;

import dev.swath.kernels.AdamWKernel;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Slice;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** {@code adamw}: bound by memory, for each element is read and written once. */
final class VectorAdamW implements AdamWKernel {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int W = Lanes.LENGTH;

    @Override
    public void step(Slice parameter, Slice first, Slice second, Slice gradient, Step s, int n, Parallelism p) {
        Chunks.elements(n, p, (from, to) -> {
            int length = to - from;
            int whole = length - length % W;
            piece(
                    parameter.floats(),
                    parameter.offset() + from,
                    first.floats(),
                    first.offset() + from,
                    second.floats(),
                    second.offset() + from,
                    gradient.floats(),
                    gradient.offset() + from,
                    s,
                    whole);
            if (whole < length) {
                rest(parameter, first, second, gradient, s, from + whole, length - whole);
            }
        });
    }

    private static void piece(
            float[] x, int x0, float[] m, int m0, float[] v, int v0, float[] g, int g0, Step s, int n) {
        float beta1 = (float) s.beta1();
        float beta2 = (float) s.beta2();
        float new1 = (float) (1 - s.beta1());
        float new2 = (float) (1 - s.beta2());
        float decay = (float) -s.decay();
        float rate = (float) -s.rate();
        float rootScale = (float) s.rootScale();
        float eps = (float) s.eps();
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
    private static void rest(Slice parameter, Slice first, Slice second, Slice gradient, Step s, int from, int n) {
        float[][] part = new float[4][W];
        Slice[] whole = {parameter, first, second, gradient};
        for (int i = 0; i < 4; i++) {
            System.arraycopy(whole[i].floats(), whole[i].offset() + from, part[i], 0, n);
        }
        piece(part[0], 0, part[1], 0, part[2], 0, part[3], 0, s, W);
        for (int i = 0; i < 3; i++) {
            System.arraycopy(part[i], 0, whole[i].floats(), whole[i].offset() + from, n);
        }
    }
}
