package dev.swath.kernels.vector;

import static dev.swath.kernels.vector.Lanes.LENGTH;
import static dev.swath.kernels.vector.Lanes.SPECIES;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import dev.swath.kernels.UnaryKernel;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@code unary}. Each function has its own loop. The loops are called through method handles in arrays, which the compiler
 * does not look into: inlined into a common caller, several of them exceed what it is willing to inline, and then their
 * vectors are boxed.
 */
final class VectorUnary implements UnaryKernel {
    private static final float LEAK = 0.2f;
    private static final MethodHandle[] VALUES = handles("", 1);
    private static final MethodHandle[] SLOPES = handles("Slope", 2);

    private static MethodHandle[] handles(String suffix, int inputs) {
        MethodType type = MethodType.methodType(void.class, float[].class, int.class);
        for (int i = 0; i < inputs; i++) {
            type = type.appendParameterTypes(float[].class, int.class);
        }
        type = type.appendParameterTypes(int.class);
        MethodHandle[] handles = new MethodHandle[Activation.values().length];
        for (Activation f : Activation.values()) {
            String name =
                    switch (f) {
                        case IDENTITY -> "identity";
                        case RELU -> "relu";
                        case GELU -> "gelu";
                        case TANH -> "tanh";
                        case SIGMOID -> "sigmoid";
                        case HARD_SIGMOID -> "hardSigmoid";
                        case EXP -> "exp";
                        case LOG -> "log";
                        case SQRT -> "sqrt";
                        case HARD_SWISH -> "hardSwish";
                        case RELU6 -> "relu6";
                        case LEAKY_RELU -> "leakyRelu";
                        case SOFTSIGN -> "softsign";
                        case SOFTPLUS -> "softplus";
                        case SIN -> "sin";
                        case COS -> "cos";
                    };
            try {
                handles[f.ordinal()] = MethodHandles.lookup().findStatic(VectorUnary.class, name + suffix, type);
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }
        return handles;
    }

    @Override
    public void forward(Slice y, Slice x, Activation f, int n, Execution on) {
        float[] ya = y.floats();
        float[] xa = x.floats();
        Chunks.elements(n, on, (from, to) -> apply(f, ya, y.offset() + from, xa, x.offset() + from, to - from));
    }

    /** y = f(x) for n neighbours, on this thread. */
    static void apply(Activation f, float[] y, int y0, float[] x, int x0, int n) {
        int whole = n - n % LENGTH;
        values(f, y, y0, x, x0, whole);
        if (whole < n) {
            float[] rest = new float[LENGTH];
            System.arraycopy(x, x0 + whole, rest, 0, n - whole);
            values(f, rest, 0, rest, 0, LENGTH);
            System.arraycopy(rest, 0, y, y0 + whole, n - whole);
        }
    }

    @Override
    public void backward(Slice dx, Slice dy, Slice x, Activation f, int n, Execution on) {
        float[] dxa = dx.floats();
        float[] dya = dy.floats();
        float[] xa = x.floats();
        Chunks.elements(
                n,
                on,
                (from, to) -> backward(
                        f, dxa, dx.offset() + from, dya, dy.offset() + from, xa, x.offset() + from, to - from));
    }

    /** dx = dy f'(x) for n neighbours, on this thread; dx may be dy or x. */
    static void backward(Activation f, float[] dx, int dx0, float[] dy, int dy0, float[] x, int x0, int n) {
        int whole = n - n % LENGTH;
        slopes(f, dx, dx0, dy, dy0, x, x0, whole);
        if (whole < n) {
            float[] rest = new float[2 * LENGTH];
            System.arraycopy(x, x0 + whole, rest, 0, n - whole);
            System.arraycopy(dy, dy0 + whole, rest, LENGTH, n - whole);
            slopes(f, rest, LENGTH, rest, LENGTH, rest, 0, LENGTH);
            System.arraycopy(rest, LENGTH, dx, dx0 + whole, n - whole);
        }
    }

    private static void values(Activation f, float[] y, int y0, float[] x, int x0, int n) {
        try {
            VALUES[f.ordinal()].invokeExact(y, y0, x, x0, n);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e); // the loops declare no other exception
        }
    }

    private static void slopes(Activation f, float[] dx, int dx0, float[] dy, int dy0, float[] x, int x0, int n) {
        try {
            SLOPES[f.ordinal()].invokeExact(dx, dx0, dy, dy0, x, x0, n);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e); // the loops declare no other exception
        }
    }

    private static void identity(float[] y, int y0, float[] x, int x0, int n) {
        System.arraycopy(x, x0, y, y0, n);
    }

    private static void identitySlope(float[] dx, int dx0, float[] dy, int dy0, float[] x, int x0, int n) {
        System.arraycopy(dy, dy0, dx, dx0, n);
    }

    private static void relu(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, x0 + i);
            v.blend(0f, v.compare(VectorOperators.LT, 0f)).intoArray(y, y0 + i);
        }
    }

    private static void reluSlope(float[] dx, int dx0, float[] dy, int dy0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, x0 + i);
            FloatVector g = FloatVector.fromArray(SPECIES, dy, dy0 + i);
            FloatVector.zero(SPECIES)
                    .blend(g, v.compare(VectorOperators.GT, 0f))
                    .intoArray(dx, dx0 + i);
        }
    }

    private static void gelu(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            VectorMath.gelu(FloatVector.fromArray(SPECIES, x, x0 + i)).intoArray(y, y0 + i);
        }
    }

    private static void geluSlope(float[] dx, int dx0, float[] dy, int dy0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector s = VectorMath.geluSlope(FloatVector.fromArray(SPECIES, x, x0 + i));
            s.mul(FloatVector.fromArray(SPECIES, dy, dy0 + i)).intoArray(dx, dx0 + i);
        }
    }

    private static void tanh(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            VectorMath.tanh(FloatVector.fromArray(SPECIES, x, x0 + i)).intoArray(y, y0 + i);
        }
    }

    private static void tanhSlope(float[] dx, int dx0, float[] dy, int dy0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector t = VectorMath.tanh(FloatVector.fromArray(SPECIES, x, x0 + i));
            FloatVector s = FloatVector.broadcast(SPECIES, 1f).sub(t.mul(t));
            s.mul(FloatVector.fromArray(SPECIES, dy, dy0 + i)).intoArray(dx, dx0 + i);
        }
    }

    private static void sigmoid(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            VectorMath.sigmoid(FloatVector.fromArray(SPECIES, x, x0 + i)).intoArray(y, y0 + i);
        }
    }

    private static void sigmoidSlope(float[] dx, int dx0, float[] dy, int dy0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector s = VectorMath.sigmoid(FloatVector.fromArray(SPECIES, x, x0 + i));
            FloatVector g = FloatVector.fromArray(SPECIES, dy, dy0 + i);
            s.mul(FloatVector.broadcast(SPECIES, 1f).sub(s)).mul(g).intoArray(dx, dx0 + i);
        }
    }

    private static void hardSigmoid(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            VectorMath.hardSigmoid(FloatVector.fromArray(SPECIES, x, x0 + i)).intoArray(y, y0 + i);
        }
    }

    private static void hardSigmoidSlope(float[] dx, int dx0, float[] dy, int dy0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, x0 + i);
            FloatVector g = FloatVector.fromArray(SPECIES, dy, dy0 + i).mul(1f / 6f);
            FloatVector inside = FloatVector.zero(SPECIES).blend(g, v.abs().compare(VectorOperators.LT, 3f));
            inside.intoArray(dx, dx0 + i);
        }
    }

    private static void exp(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            VectorMath.exp(FloatVector.fromArray(SPECIES, x, x0 + i)).intoArray(y, y0 + i);
        }
    }

    private static void expSlope(float[] dx, int dx0, float[] dy, int dy0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector e = VectorMath.exp(FloatVector.fromArray(SPECIES, x, x0 + i));
            e.mul(FloatVector.fromArray(SPECIES, dy, dy0 + i)).intoArray(dx, dx0 + i);
        }
    }

    // Lane by lane, as softplus, sine and cosine: the Vector API's own logarithm gives other bits where it is
    // interpreted than
    // where it is compiled.
    private static void log(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i++) {
            y[y0 + i] = (float) Math.log(x[x0 + i]);
        }
    }

    private static void logSlope(float[] dx, int dx0, float[] dy, int dy0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector g = FloatVector.fromArray(SPECIES, dy, dy0 + i);
            g.div(FloatVector.fromArray(SPECIES, x, x0 + i)).intoArray(dx, dx0 + i);
        }
    }

    private static void sqrt(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector.fromArray(SPECIES, x, x0 + i).sqrt().intoArray(y, y0 + i);
        }
    }

    private static void sqrtSlope(float[] dx, int dx0, float[] dy, int dy0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector g = FloatVector.fromArray(SPECIES, dy, dy0 + i).mul(0.5f);
            g.div(FloatVector.fromArray(SPECIES, x, x0 + i).sqrt()).intoArray(dx, dx0 + i);
        }
    }

    private static void hardSwish(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, x0 + i);
            VectorMath.hardSigmoid(v).mul(v).intoArray(y, y0 + i);
        }
    }

    private static void hardSwishSlope(float[] dx, int dx0, float[] dy, int dy0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, x0 + i);
            FloatVector g = FloatVector.fromArray(SPECIES, dy, dy0 + i);
            FloatVector s = v.add(v).add(3f).mul(1f / 6f);
            s = s.blend(0f, v.compare(VectorOperators.LE, -3f)).blend(1f, v.compare(VectorOperators.GE, 3f));
            s.mul(g).intoArray(dx, dx0 + i);
        }
    }

    private static void relu6(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, x0 + i);
            v.max(0f).min(6f).intoArray(y, y0 + i);
        }
    }

    private static void relu6Slope(float[] dx, int dx0, float[] dy, int dy0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, x0 + i);
            FloatVector g = FloatVector.fromArray(SPECIES, dy, dy0 + i);
            FloatVector.zero(SPECIES)
                    .blend(g, v.compare(VectorOperators.GT, 0f).and(v.compare(VectorOperators.LT, 6f)))
                    .intoArray(dx, dx0 + i);
        }
    }

    private static void leakyRelu(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, x0 + i);
            v.mul(LEAK).blend(v, v.compare(VectorOperators.GT, 0f)).intoArray(y, y0 + i);
        }
    }

    private static void leakyReluSlope(float[] dx, int dx0, float[] dy, int dy0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, x0 + i);
            FloatVector g = FloatVector.fromArray(SPECIES, dy, dy0 + i);
            g.mul(LEAK).blend(g, v.compare(VectorOperators.GT, 0f)).intoArray(dx, dx0 + i);
        }
    }

    private static void softsign(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, x0 + i);
            v.div(v.abs().add(1f)).intoArray(y, y0 + i);
        }
    }

    private static void softsignSlope(float[] dx, int dx0, float[] dy, int dy0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector d = FloatVector.fromArray(SPECIES, x, x0 + i).abs().add(1f);
            FloatVector.fromArray(SPECIES, dy, dy0 + i).div(d.mul(d)).intoArray(dx, dx0 + i);
        }
    }

    private static void softplus(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i++) {
            float v = x[x0 + i];
            y[y0 + i] = (float) (Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))));
        }
    }

    private static void softplusSlope(float[] dx, int dx0, float[] dy, int dy0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector s = VectorMath.sigmoid(FloatVector.fromArray(SPECIES, x, x0 + i));
            s.mul(FloatVector.fromArray(SPECIES, dy, dy0 + i)).intoArray(dx, dx0 + i);
        }
    }

    private static void sin(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i++) {
            y[y0 + i] = (float) Math.sin(x[x0 + i]);
        }
    }

    private static void sinSlope(float[] dx, int dx0, float[] dy, int dy0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i++) {
            dx[dx0 + i] = (float) (dy[dy0 + i] * Math.cos(x[x0 + i]));
        }
    }

    private static void cos(float[] y, int y0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i++) {
            y[y0 + i] = (float) Math.cos(x[x0 + i]);
        }
    }

    private static void cosSlope(float[] dx, int dx0, float[] dy, int dy0, float[] x, int x0, int n) {
        for (int i = 0; i < n; i++) {
            dx[dx0 + i] = (float) (-dy[dy0 + i] * Math.sin(x[x0 + i]));
        }
    }
}
