package dev.swath.kernels.vector;

import dev.swath.kernels.Execution;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.ReduceKernel;
import dev.swath.kernels.Slice;
import java.util.Arrays;

/** {@code sum}, {@code mean}, {@code max}: in f32 over short pieces, then in f64 over the pieces in order. */
final class VectorReduce implements ReduceKernel {

    @Override
    public void forward(Slice y, Slice x, Function f, int outer, int axis, int inner, Execution on) {
        if (inner == 1) {
            Chunks.rows(outer, axis, on, (from, to) -> {
                for (int o = from; o < to; o++) {
                    y.set(o, row(x.floats(), x.offset() + o * axis, f, axis));
                }
            });
            return;
        }
        int chunks = Chunks.summed(axis);
        float[] a = HostExecution.arrays(on).take(outer * chunks * inner);
        on.forEach(outer * chunks, task -> {
            int from = task % chunks * Chunks.SUMMED_ROWS;
            int to = Math.min(axis, from + Chunks.SUMMED_ROWS);
            int first = x.offset() + task / chunks * axis * inner;
            int at = task * inner;
            Arrays.fill(a, at, at + inner, f == Function.MAX ? Float.NEGATIVE_INFINITY : 0f);
            for (int i = from; i < to; i++) {
                if (f == Function.MAX) {
                    Rows.max(a, at, x.floats(), first + i * inner, inner);
                } else {
                    Rows.add(a, at, x.floats(), first + i * inner, inner);
                }
            }
        });
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                double value = f == Function.MAX ? Double.NEGATIVE_INFINITY : 0;
                for (int c = 0; c < chunks; c++) {
                    double v = a[(o * chunks + c) * inner + i];
                    value = f == Function.MAX ? Math.max(value, v) : value + v;
                }
                y.set(o * inner + i, f == Function.MEAN ? value / axis : value);
            }
        }
        HostExecution.arrays(on).give(a);
    }

    private static double row(float[] x, int x0, Function f, int n) {
        if (f == Function.MAX) {
            return greatest(x, x0, n);
        }
        double sum = 0;
        int piece = Lanes.LENGTH * Chunks.SUMMED_ROWS;
        for (int i = 0; i < n; i += piece) {
            sum += Rows.sum(x, x0 + i, Math.min(piece, n - i));
        }
        return f == Function.MEAN ? sum / n : sum;
    }

    private static float greatest(float[] x, int x0, int n) {
        int width = Math.min(n, Lanes.LENGTH);
        float[] best = new float[width];
        Arrays.fill(best, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; width > 0 && i <= n - width; i += width) {
            Rows.max(best, 0, x, x0 + i, width);
        }
        float max = Float.NEGATIVE_INFINITY;
        for (float b : best) {
            max = Math.max(max, b);
        }
        for (; i < n; i++) {
            max = Math.max(max, x[x0 + i]);
        }
        return max;
    }

    @Override
    public void backward(
            Slice dx, Slice dy, Slice x, Slice y, Function f, int outer, int axis, int inner, Execution on) {
        if (f == Function.MAX) {
            Chunks.rows(outer, (long) axis * inner, on, (from, to) -> {
                for (int o = from; o < to; o++) {
                    toGreatest(dx, dy, x, y, o, axis, inner);
                }
            });
            return;
        }
        float share = f == Function.MEAN ? 1f / axis : 1f;
        Chunks.rows(outer * axis, inner, on, (from, to) -> {
            for (int r = from; r < to; r++) {
                int o = r / axis;
                Rows.scale(dx.floats(), dx.offset() + r * inner, dy.floats(), dy.offset() + o * inner, share, inner);
            }
        });
    }

    /** The gradient goes to the first element that equals the maximum. */
    private static void toGreatest(Slice dx, Slice dy, Slice x, Slice y, int o, int axis, int inner) {
        float[] dxa = dx.floats();
        float[] xa = x.floats();
        int first = o * axis * inner;
        Arrays.fill(dxa, dx.offset() + first, dx.offset() + first + axis * inner, 0f);
        for (int i = 0; i < inner; i++) {
            float max = y.floats()[y.offset() + o * inner + i];
            for (int a = 0; a < axis; a++) {
                int at = first + a * inner + i;
                if (xa[x.offset() + at] == max) {
                    dxa[dx.offset() + at] = dy.floats()[dy.offset() + o * inner + i];
                    break;
                }
            }
        }
    }
}
