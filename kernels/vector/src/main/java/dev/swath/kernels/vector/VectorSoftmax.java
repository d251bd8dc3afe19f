package dev.swath.kernels.vector;

import static dev.swath.kernels.vector.Lanes.LENGTH;
import static dev.swath.kernels.vector.Lanes.SPECIES;
import static dev.swath.kernels.vector.Lanes.fma;

import dev.swath.kernels.Execution;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.Slice;
import dev.swath.kernels.SoftmaxKernel;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * {@code softmax} and {@code log_softmax}: three passes over a row that stays in the first cache, for its maximum, its
 * exponentials and their sum, and the result.
 *
 * <p>The last vector of a row ends where the row ends, and so holds again some elements of the one before it: they come out
 * the same once more, and are left out of sums. No element is done alone. What is needed after the first vector of a result
 * is written is loaded before, for the result may lie where the operand lies. Rows shorter than a vector are copied into vectors.
 *
 * <p>8 bytes an element forwards, about 18 operations for the exponential and 6 others: bound by memory where the rows do
 * not come from a cache, else by arithmetic; 12 bytes and 4 operations backwards.
 */
final class VectorSoftmax implements SoftmaxKernel {
    /** Rows shorter than a vector that are copied at a time. */
    private static final int SHORT_ROWS = 64;

    @Override
    public void forward(Slice y, Slice x, boolean log, int rows, int columns, Execution on) {
        float[] ya = y.floats();
        float[] xa = x.floats();
        if (columns == 0) {
            return;
        }
        Chunks.rows(rows, columns, on, (from, to) -> {
            int y0 = y.offset() + from * columns;
            int x0 = x.offset() + from * columns;
            int size = SHORT_ROWS * LENGTH;
            float[] a = HostExecution.arrays(on).take(Math.max(size + LENGTH, Heads.padded(columns)));
            if (columns >= LENGTH) {
                forward(ya, y0, xa, x0, a, 0, log, to - from, columns);
                HostExecution.arrays(on).give(a);
                return;
            }
            for (int r = 0; r < to - from; r += SHORT_ROWS) {
                int count = Math.min(SHORT_ROWS, to - from - r);
                widen(a, 0, xa, x0 + r * columns, count, columns, Float.NEGATIVE_INFINITY);
                forward(a, 0, a, 0, a, size, log, count, LENGTH);
                narrow(ya, y0 + r * columns, a, count, columns);
            }
            HostExecution.arrays(on).give(a);
        });
    }

    /**
     * Rows of n below {@link Lanes#LENGTH} to rows of {@link Lanes#LENGTH}, filled up. Whole vectors are read, as far as the
     * array goes.
     */
    private static void widen(float[] a, int a0, float[] x, int x0, int rows, int n, float filling) {
        VectorMask<Float> own = SPECIES.indexInRange(0, n);
        int whole = Math.min(rows, Math.floorDiv(x.length - x0 - LENGTH, n) + 1);
        int r = 0;
        for (; r < whole; r++) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, x0 + r * n);
            FloatVector.broadcast(SPECIES, filling).blend(v, own).intoArray(a, a0 + r * LENGTH);
        }
        for (; r < rows; r++) {
            Arrays.fill(a, a0 + r * LENGTH, a0 + (r + 1) * LENGTH, filling);
            System.arraycopy(x, x0 + r * n, a, a0 + r * LENGTH, n);
        }
    }

    /** And back: what a whole vector writes too much, the next row writes over. */
    private static void narrow(float[] y, int y0, float[] a, int rows, int n) {
        int whole = Math.floorDiv(rows * n - LENGTH, n) + 1;
        int r = 0;
        for (; r < whole; r++) {
            FloatVector.fromArray(SPECIES, a, r * LENGTH).intoArray(y, y0 + r * n);
        }
        for (; r < rows; r++) {
            System.arraycopy(a, r * LENGTH, y, y0 + r * n, n);
        }
    }

    /** The elements before those that only the last vector of a row of n holds. */
    private static int whole(int n) {
        return (n - 1) / LENGTH * LENGTH;
    }

    /** The lanes of the last vector of a row of n that the one before it holds too. */
    private static VectorMask<Float> again(int n) {
        return SPECIES.indexInRange(0, whole(n) - (n - LENGTH));
    }

    /**
     * y = exp(x - max) / sum, or x - max - log sum.
     *
     * @param s receives the exponentials of one row, in whole vectors from {@code s0} on
     */
    private static void forward(float[] y, int y0, float[] x, int x0, float[] s, int s0, boolean log, int rows, int n) {
        int whole = whole(n);
        int end = n - LENGTH;
        VectorMask<Float> again = again(n);
        for (int r = 0; r < rows; r++) {
            int from = x0 + r * n;
            int to = y0 + r * n;
            FloatVector last = FloatVector.fromArray(SPECIES, x, from + end);
            FloatVector top = last;
            for (int i = 0; i < whole; i += LENGTH) {
                top = Lanes.max(top, FloatVector.fromArray(SPECIES, x, from + i));
            }
            float max = Lanes.max(top);
            // One loop for all vectors: with the last one apart, the compiler no longer inlines all that a row needs.
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int i = 0; i < n; i += LENGTH) {
                FloatVector v = FloatVector.fromArray(SPECIES, x, from + Math.min(i, end));
                FloatVector e = VectorMath.expFlushed(v.sub(max));
                e.intoArray(s, s0 + i);
                sum = sum.add(e);
            }
            FloatVector twice = FloatVector.zero(SPECIES).blend(FloatVector.fromArray(SPECIES, s, s0 + whole), again);
            float total = Lanes.sum(sum.sub(twice));
            if (log) {
                float logarithm = (float) Math.log(total);
                for (int i = 0; i < whole; i += LENGTH) {
                    FloatVector v = FloatVector.fromArray(SPECIES, x, from + i);
                    v.sub(max).sub(logarithm).intoArray(y, to + i);
                }
                last.sub(max).sub(logarithm).intoArray(y, to + end);
            } else {
                float scale = 1 / total;
                for (int i = 0; i < n; i += LENGTH) {
                    FloatVector e = FloatVector.fromArray(SPECIES, s, s0 + i);
                    e.mul(scale).intoArray(y, to + Math.min(i, end));
                }
            }
        }
    }

    @Override
    public void backward(Slice dx, Slice dy, Slice y, boolean log, int rows, int columns, Execution on) {
        float[] dxa = dx.floats();
        float[] dya = dy.floats();
        float[] ya = y.floats();
        if (columns == 0) {
            return;
        }
        Chunks.rows(rows, columns, on, (from, to) -> {
            int dx0 = dx.offset() + from * columns;
            int dy0 = dy.offset() + from * columns;
            int y0 = y.offset() + from * columns;
            int size = SHORT_ROWS * LENGTH;
            float[] a = HostExecution.arrays(on).take(Math.max(2 * size + LENGTH, Heads.padded(columns)));
            if (columns >= LENGTH) {
                backward(dxa, dx0, dya, dy0, ya, y0, a, 0, log, to - from, columns);
                HostExecution.arrays(on).give(a);
                return;
            }
            for (int r = 0; r < to - from; r += SHORT_ROWS) {
                int count = Math.min(SHORT_ROWS, to - from - r);
                widen(a, 0, dya, dy0 + r * columns, count, columns, 0f);
                widen(a, size, ya, y0 + r * columns, count, columns, 0f);
                backward(a, 0, a, 0, a, size, a, 2 * size, log, count, LENGTH);
                narrow(dxa, dx0 + r * columns, a, count, columns);
            }
            HostExecution.arrays(on).give(a);
        });
    }

    private static void backward(
            float[] dx,
            int dx0,
            float[] dy,
            int dy0,
            float[] y,
            int y0,
            float[] s,
            int s0,
            boolean log,
            int rows,
            int n) {
        if (log) {
            ofLogarithms(dx, dx0, dy, dy0, y, y0, s, s0, rows, n);
        } else {
            ofProbabilities(dx, dx0, dy, dy0, y, y0, rows, n);
        }
    }

    /** dx = y (dy - sum(dy y)). */
    private static void ofProbabilities(float[] dx, int dx0, float[] dy, int dy0, float[] y, int y0, int rows, int n) {
        int whole = whole(n);
        int end = n - LENGTH;
        VectorMask<Float> again = again(n);
        for (int r = 0; r < rows; r++) {
            int at = r * n;
            FloatVector lastG = FloatVector.fromArray(SPECIES, dy, dy0 + at + end);
            FloatVector lastY = FloatVector.fromArray(SPECIES, y, y0 + at + end);
            FloatVector dot = lastG.mul(lastY).blend(0f, again);
            for (int i = at; i < at + whole; i += LENGTH) {
                FloatVector g = FloatVector.fromArray(SPECIES, dy, dy0 + i);
                dot = fma(g, FloatVector.fromArray(SPECIES, y, y0 + i), dot);
            }
            float mean = Lanes.sum(dot);
            for (int i = at; i < at + whole; i += LENGTH) {
                FloatVector g = FloatVector.fromArray(SPECIES, dy, dy0 + i).sub(mean);
                g.mul(FloatVector.fromArray(SPECIES, y, y0 + i)).intoArray(dx, dx0 + i);
            }
            lastG.sub(mean).mul(lastY).intoArray(dx, dx0 + at + end);
        }
    }

    /** dx = dy - exp(y) sum(dy). */
    private static void ofLogarithms(
            float[] dx, int dx0, float[] dy, int dy0, float[] y, int y0, float[] s, int s0, int rows, int n) {
        int whole = whole(n);
        int end = n - LENGTH;
        VectorMask<Float> again = again(n);
        for (int r = 0; r < rows; r++) {
            int at = r * n;
            FloatVector last = FloatVector.fromArray(SPECIES, dy, dy0 + at + end);
            FloatVector sum = last.blend(0f, again);
            for (int i = 0; i < whole; i += LENGTH) {
                sum = sum.add(FloatVector.fromArray(SPECIES, dy, dy0 + at + i));
            }
            for (int i = 0; i < n; i += LENGTH) {
                FloatVector v = FloatVector.fromArray(SPECIES, y, y0 + at + Math.min(i, end));
                VectorMath.expFlushed(v).intoArray(s, s0 + i);
            }
            float less = -Lanes.sum(sum);
            for (int i = 0; i < whole; i += LENGTH) {
                FloatVector p = FloatVector.fromArray(SPECIES, s, s0 + i);
                fma(p, less, FloatVector.fromArray(SPECIES, dy, dy0 + at + i)).intoArray(dx, dx0 + at + i);
            }
            fma(FloatVector.fromArray(SPECIES, s, s0 + whole), less, last).intoArray(dx, dx0 + at + end);
        }
    }
}
