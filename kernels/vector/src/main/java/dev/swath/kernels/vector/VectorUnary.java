package dev.swath.kernels.vector;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Slice;
import dev.swath.kernels.UnaryKernel;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@code unary} on vectors. */
final class VectorUnary implements UnaryKernel {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int W = Lanes.LENGTH;
    private static final int CHUNK = 1 << 15;

    @Override
    public void forward(Slice y, Slice x, Activation f, int n, Parallelism p) {
        float[] out = y.floats();
        float[] in = x.floats();
        p.forEach(
                Math.ceilDiv(n, CHUNK),
                t -> apply(f, out, y.offset() + t * CHUNK, in, x.offset() + t * CHUNK, Math.min(CHUNK, n - t * CHUNK)));
    }

    /** y[i] = f(x[i]) on one thread. */
    static void apply(Activation f, float[] y, int y0, float[] x, int x0, int n) {
        switch (f) {
            case IDENTITY -> System.arraycopy(x, x0, y, y0, n);
            case RELU -> relu(y, y0, x, x0, n);
            case GELU -> gelu(y, y0, x, x0, n);
            case TANH -> tanh(y, y0, x, x0, n);
            case SIGMOID -> sigmoid(y, y0, x, x0, n);
            case HARD_SIGMOID -> hardSigmoid(y, y0, x, x0, n);
            case EXP -> exp(y, y0, x, x0, n);
        }
    }

    private static void relu(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += W) {
            VectorMask<Float> m = S.indexInRange(i, n);
            FloatVector.fromArray(S, x, x0 + i, m).max(0f).intoArray(y, y0 + i, m);
        }
    }

    private static void gelu(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += W) {
            VectorMask<Float> m = S.indexInRange(i, n);
            VectorMath.gelu(FloatVector.fromArray(S, x, x0 + i, m)).intoArray(y, y0 + i, m);
        }
    }

    private static void tanh(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += W) {
            VectorMask<Float> m = S.indexInRange(i, n);
            VectorMath.tanh(FloatVector.fromArray(S, x, x0 + i, m)).intoArray(y, y0 + i, m);
        }
    }

    private static void sigmoid(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += W) {
            VectorMask<Float> m = S.indexInRange(i, n);
            VectorMath.sigmoid(FloatVector.fromArray(S, x, x0 + i, m)).intoArray(y, y0 + i, m);
        }
    }

    private static void hardSigmoid(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += W) {
            VectorMask<Float> m = S.indexInRange(i, n);
            VectorMath.hardSigmoid(FloatVector.fromArray(S, x, x0 + i, m)).intoArray(y, y0 + i, m);
        }
    }

    private static void exp(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += W) {
            VectorMask<Float> m = S.indexInRange(i, n);
            VectorMath.exp(FloatVector.fromArray(S, x, x0 + i, m)).intoArray(y, y0 + i, m);
        }
    }

    @Override
    public void backward(Slice dx, Slice dy, Slice x, Activation f, int n, Parallelism p) {
        float[] out = dx.floats();
        float[] gradient = dy.floats();
        float[] in = x.floats();
        p.forEach(Math.ceilDiv(n, CHUNK), t -> {
            int from = t * CHUNK;
            int to = Math.min(n, from + CHUNK);
            for (int i = from; i < to; i += W) {
                VectorMask<Float> m = S.indexInRange(i, to);
                FloatVector v = FloatVector.fromArray(S, in, x.offset() + i, m);
                FloatVector g = FloatVector.fromArray(S, gradient, dy.offset() + i, m);
                g.mul(slope(f, v)).intoArray(out, dx.offset() + i, m);
            }
        });
    }

    private static FloatVector slope(Activation f, FloatVector x) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector one = FloatVector.broadcast(S, 1f);
        return switch (f) {
            case IDENTITY -> one;
            case RELU -> zero.blend(one, x.compare(VectorOperators.GT, 0f));
            case GELU -> VectorMath.geluSlope(x);
            case TANH -> {
                FloatVector t = VectorMath.tanh(x);
                yield one.sub(t.mul(t));
            }
            case SIGMOID -> {
                FloatVector s = VectorMath.sigmoid(x);
                yield s.mul(one.sub(s));
            }
            case HARD_SIGMOID ->
                zero.blend(1f / 6, x.compare(VectorOperators.GT, -3f).and(x.compare(VectorOperators.LT, 3f)));
            case EXP -> VectorMath.exp(x);
        };
    }
}
