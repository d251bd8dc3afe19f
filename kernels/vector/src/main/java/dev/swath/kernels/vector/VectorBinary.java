package dev.swath.kernels.vector;

import static dev.swath.kernels.vector.Lanes.LENGTH;
import static dev.swath.kernels.vector.Lanes.SPECIES;

import dev.swath.kernels.BinaryKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import jdk.incubator.vector.FloatVector;

/**
 * {@code add}, {@code sub}, {@code mul}, {@code div}. After axes are merged, the operands of one run are neighbours, one
 * repeated element, or strided; the first two kinds are done in vectors.
 */
final class VectorBinary implements BinaryKernel {
    @Override
    public void forward(
            Slice y, Slice a, long[] aStrides, Slice b, long[] bStrides, Function f, int[] dims, Execution on) {
        long[] yStrides = new long[dims.length];
        long n = 1;
        for (int axis = dims.length - 1; axis >= 0; axis--) {
            yStrides[axis] = n;
            n *= dims[axis];
        }
        Axes axes = new Axes(dims, yStrides, aStrides, bStrides);
        int aStep = axes.innerStride(1);
        int bStep = axes.innerStride(2);
        if (axes.runs == 1) {
            Chunks.elements(
                    axes.inner,
                    on,
                    (from, to) -> run(
                            f,
                            y.floats(),
                            y.offset() + from,
                            a.floats(),
                            a.offset() + from * aStep,
                            aStep,
                            b.floats(),
                            b.offset() + from * bStep,
                            bStep,
                            to - from));
            return;
        }
        Chunks.rows(axes.runs, axes.inner, on, (from, to) -> {
            for (int r = from; r < to; r++) {
                run(
                        f,
                        y.floats(),
                        y.offset() + r * axes.inner,
                        a.floats(),
                        a.offset() + axes.start(1, r),
                        aStep,
                        b.floats(),
                        b.offset() + axes.start(2, r),
                        bStep,
                        axes.inner);
            }
        });
    }

    private static void run(
            Function f, float[] y, int y0, float[] a, int a0, int aStep, float[] b, int b0, int bStep, int n) {
        int done = 0;
        if (n >= LENGTH && aStep == 1 && bStep == 1) {
            done = n - n % LENGTH;
            both(f, y, y0, a, a0, b, b0, done);
        } else if (n >= LENGTH && aStep == 1 && bStep == 0) {
            done = n - n % LENGTH;
            right(f, y, y0, a, a0, b[b0], done);
        } else if (n >= LENGTH && aStep == 0 && bStep == 1) {
            done = n - n % LENGTH;
            left(f, y, y0, a[a0], b, b0, done);
        }
        for (int i = done; i < n; i++) {
            float u = a[a0 + i * aStep];
            float v = b[b0 + i * bStep];
            y[y0 + i] = switch (f) {
                case ADD -> u + v;
                case SUB -> u - v;
                case MUL -> u * v;
                case DIV -> u / v;
            };
        }
    }

    private static void both(Function f, float[] y, int y0, float[] a, int a0, float[] b, int b0, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, a0 + i);
            FloatVector v = FloatVector.fromArray(SPECIES, b, b0 + i);
            store(f, u, v, y, y0 + i);
        }
    }

    private static void right(Function f, float[] y, int y0, float[] a, int a0, float b, int n) {
        FloatVector v = FloatVector.broadcast(SPECIES, b);
        for (int i = 0; i < n; i += LENGTH) {
            store(f, FloatVector.fromArray(SPECIES, a, a0 + i), v, y, y0 + i);
        }
    }

    private static void left(Function f, float[] y, int y0, float a, float[] b, int b0, int n) {
        FloatVector u = FloatVector.broadcast(SPECIES, a);
        for (int i = 0; i < n; i += LENGTH) {
            store(f, u, FloatVector.fromArray(SPECIES, b, b0 + i), y, y0 + i);
        }
    }

    /** Each branch stores its own result: no vector object leaves the branch, where it might be boxed. */
    private static void store(Function f, FloatVector u, FloatVector v, float[] y, int at) {
        switch (f) {
            case ADD -> u.add(v).intoArray(y, at);
            case SUB -> u.sub(v).intoArray(y, at);
            case MUL -> u.mul(v).intoArray(y, at);
            case DIV -> u.div(v).intoArray(y, at);
        }
    }
}
