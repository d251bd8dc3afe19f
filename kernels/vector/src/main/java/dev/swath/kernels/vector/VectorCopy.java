package dev.swath.kernels.vector;

import dev.swath.kernels.CopyKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import java.util.Arrays;

/** {@code copy}: runs of neighbours by block copies, everything else element by element, many runs at once. */
final class VectorCopy implements CopyKernel {
    @Override
    public void copy(Slice y, long[] yStrides, Slice x, long[] xStrides, int[] dims, Execution on) {
        walk(y, yStrides, x, xStrides, dims, false, on);
    }

    @Override
    public void add(Slice y, long[] yStrides, Slice x, long[] xStrides, int[] dims, Execution on) {
        walk(y, yStrides, x, xStrides, dims, true, on);
    }

    private static void walk(
            Slice y, long[] yStrides, Slice x, long[] xStrides, int[] dims, boolean add, Execution on) {
        for (int axis = 0; axis < dims.length; axis++) {
            if (yStrides[axis] == 0 && dims[axis] > 1) {
                // Elements of y are met more than once: in the order of the axes, on this thread.
                Axes axes = new Axes(dims, yStrides, xStrides);
                runs(y, x, axes, add, 0, axes.runs);
                return;
            }
        }
        Axes axes = sorted(dims, yStrides, xStrides);
        if (axes.runs == 1) {
            int yStep = axes.innerStride(0);
            int xStep = axes.innerStride(1);
            Chunks.elements(
                    axes.inner,
                    on,
                    (from, to) -> run(
                            y.floats(),
                            y.offset() + from * yStep,
                            yStep,
                            x.floats(),
                            x.offset() + from * xStep,
                            xStep,
                            to - from,
                            add));
            return;
        }
        Chunks.rows(axes.runs, axes.inner, on, (from, to) -> runs(y, x, axes, add, from, to));
    }

    /** The axes in the order of y's strides, so that y is written along its neighbours. */
    private static Axes sorted(int[] dims, long[] yStrides, long[] xStrides) {
        int rank = dims.length;
        int[] d = dims.clone();
        long[] ys = yStrides.clone();
        long[] xs = xStrides.clone();
        for (int i = 1; i < rank; i++) {
            for (int j = i; j > 0 && d[j] > 1 && (d[j - 1] == 1 || Math.abs(ys[j - 1]) < Math.abs(ys[j])); j--) {
                swap(d, ys, xs, j);
            }
        }
        return new Axes(d, ys, xs);
    }

    private static void swap(int[] d, long[] ys, long[] xs, int j) {
        int extent = d[j];
        long yStep = ys[j];
        long xStep = xs[j];
        d[j] = d[j - 1];
        ys[j] = ys[j - 1];
        xs[j] = xs[j - 1];
        d[j - 1] = extent;
        ys[j - 1] = yStep;
        xs[j - 1] = xStep;
    }

    private static void runs(Slice y, Slice x, Axes axes, boolean add, int from, int to) {
        for (int r = from; r < to; r++) {
            run(
                    y.floats(),
                    y.offset() + axes.start(0, r),
                    axes.innerStride(0),
                    x.floats(),
                    x.offset() + axes.start(1, r),
                    axes.innerStride(1),
                    axes.inner,
                    add);
        }
    }

    private static void run(float[] y, int y0, int yStep, float[] x, int x0, int xStep, int n, boolean add) {
        if (yStep == 1 && xStep == 1) {
            if (add) {
                Rows.add(y, y0, x, x0, n);
            } else {
                System.arraycopy(x, x0, y, y0, n);
            }
        } else if (add) {
            for (int i = 0; i < n; i++) {
                y[y0 + i * yStep] += x[x0 + i * xStep];
            }
        } else {
            for (int i = 0; i < n; i++) {
                y[y0 + i * yStep] = x[x0 + i * xStep];
            }
        }
    }

    @Override
    public void fill(Slice y, double value, long n, Execution on) {
        float v = (float) value;
        Chunks.elements(
                Math.toIntExact(n), on, (from, to) -> Arrays.fill(y.floats(), y.offset() + from, y.offset() + to, v));
    }
}
