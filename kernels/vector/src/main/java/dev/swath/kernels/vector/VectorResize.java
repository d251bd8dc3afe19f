package dev.swath.kernels.vector;

import static dev.swath.kernels.vector.Lanes.LENGTH;
import static dev.swath.kernels.vector.Lanes.SPECIES;
import static dev.swath.kernels.vector.Lanes.fma;

import dev.swath.kernels.Execution;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.ResizeKernel;
import dev.swath.kernels.Slice;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * {@code resize}. With the two weights a row that a cell of an axis has, the map goes through two products, one an axis.
 *
 * <p>Forwards, many channels: a task is one row of the result, vectors run along the channels of a cell, and the four cells
 * around a source are mixed at once. Few channels would leave most lanes empty: there a task is a few rows, each row of x
 * that they need is stretched to their width once, element by element, into one of two rows of scratch, and whole rows of
 * vectors are mixed of the two. Backwards, a task is one row of dx: the rows of dy that read it are added up in whole rows,
 * and then the cells of that sum. So no two tasks write the same cell, and the order of each sum is fixed.
 *
 * <p>Bytes: x about once and y once, dy about twice and dx once. Operations of an element: 7 of the result forwards, and
 * with few channels 2 and 3 more for each row that is stretched; backwards 2 for each row or cell that reads it. Bound by
 * memory, or where the maps are in a cache, with few channels, by the elements that are stretched one by one.
 */
final class VectorResize implements ResizeKernel {
    /** Below so many channels, vectors run along the width: measured, with up to 8 even where a cell is two vectors. */
    private static final int FEW = Math.max(9, LENGTH);

    /** Between which two source cells output cell i lies, and how far it is from the first. */
    private record Sources(int[] low, int[] high, float[] fraction) {
        static Sources of(int in, int out, boolean alignCorners) {
            Sources s = new Sources(new int[out], new int[out], new float[out]);
            for (int i = 0; i < out; i++) {
                double at = alignCorners
                        ? (out == 1 ? 0 : (double) i * (in - 1) / (out - 1))
                        : Math.max(0, (i + 0.5) * in / out - 0.5);
                s.low[i] = Math.min((int) at, in - 1);
                s.high[i] = Math.min(s.low[i] + 1, in - 1);
                s.fraction[i] = (float) (at - s.low[i]);
            }
            return s;
        }

        /** The same for each channel of each cell. */
        Sources ofElements(int channels) {
            int n = low.length * channels;
            Sources s = new Sources(new int[n], new int[n], new float[n]);
            for (int i = 0; i < n; i++) {
                s.low[i] = low[i / channels] * channels + i % channels;
                s.high[i] = high[i / channels] * channels + i % channels;
                s.fraction[i] = fraction[i / channels];
            }
            return s;
        }

        /** y = the mixture of x for each output cell. */
        void stretch(float[] y, int y0, float[] x, int x0) {
            int[] from = low;
            int[] to = high;
            float[] share = fraction;
            for (int i = 0; i < from.length; i++) {
                y[y0 + i] = x[x0 + from[i]] * (1 - share[i]) + x[x0 + to[i]] * share[i];
            }
        }
    }

    /** Which output cells read input cell i, by what weight: entries {@code start[i]} to {@code start[i + 1] - 1}. */
    private record Readers(int[] start, int[] cell, float[] weight) {
        static Readers of(Sources s, int in) {
            int out = s.low.length;
            int[] start = new int[in + 1];
            for (int o = 0; o < out; o++) {
                start[s.low[o] + 1]++;
                start[s.high[o] + 1]++;
            }
            for (int i = 0; i < in; i++) {
                start[i + 1] += start[i];
            }
            Readers r = new Readers(start, new int[2 * out], new float[2 * out]);
            int[] next = Arrays.copyOf(start, in);
            for (int o = 0; o < out; o++) {
                r.put(next[s.low[o]]++, o, 1 - s.fraction[o]);
                r.put(next[s.high[o]]++, o, s.fraction[o]);
            }
            return r;
        }

        private void put(int at, int output, float share) {
            cell[at] = output;
            weight[at] = share;
        }

        /** y (=) = sum over the readers of cell i of weight times x, on n neighbours; cells of x are {@code step} apart. */
        void collect(int i, float[] y, int y0, float[] x, int x0, int step, int n) {
            int[] cells = cell;
            float[] weights = weight;
            int from = start[i];
            int to = start[i + 1];
            int j = 0;
            for (; j <= n - LENGTH; j += LENGTH) {
                FloatVector sum = FloatVector.zero(SPECIES);
                for (int e = from; e < to; e++) {
                    sum = fma(FloatVector.fromArray(SPECIES, x, x0 + cells[e] * step + j), weights[e], sum);
                }
                sum.intoArray(y, y0 + j);
            }
            for (; j < n; j++) {
                float sum = 0;
                for (int e = from; e < to; e++) {
                    sum = Rows.fma(x[x0 + cells[e] * step + j], weights[e], sum);
                }
                y[y0 + j] = sum;
            }
        }
    }

    @Override
    public void forward(Slice y, Slice x, Geometry g, Execution on) {
        Sources rows = Sources.of(g.height(), g.outHeight(), g.alignCorners());
        Sources columns = Sources.of(g.width(), g.outWidth(), g.alignCorners());
        if (g.channels() < FEW) {
            stretched(y, x, rows, columns, g, on);
        } else {
            on.forEach(g.batch() * g.outHeight(), row -> row(y, x, row, rows, columns, g));
        }
    }

    /** One row of the result, cell by cell. */
    private static void row(Slice y, Slice x, int row, Sources rows, Sources columns, Geometry g) {
        int c = g.channels();
        int oy = row % g.outHeight();
        int image = row / g.outHeight() * g.height();
        int top = x.offset() + (image + rows.low[oy]) * g.width() * c;
        int bottom = x.offset() + (image + rows.high[oy]) * g.width() * c;
        float v = rows.fraction[oy];
        for (int ox = 0; ox < g.outWidth(); ox++) {
            int left = columns.low[ox] * c;
            int right = columns.high[ox] * c;
            float h = columns.fraction[ox];
            mix(
                    y.floats(),
                    y.offset() + (row * g.outWidth() + ox) * c,
                    x.floats(),
                    top + left,
                    top + right,
                    bottom + left,
                    bottom + right,
                    (1 - v) * (1 - h),
                    (1 - v) * h,
                    v * (1 - h),
                    v * h,
                    c);
        }
    }

    /** Few channels. */
    private static void stretched(Slice y, Slice x, Sources rows, Sources columns, Geometry g, Execution on) {
        Sources elements = columns.ofElements(g.channels());
        int n = g.outWidth() * g.channels();
        int rowSize = g.width() * g.channels();
        Chunks.rows(g.batch() * g.outHeight(), n, on, (from, to) -> {
            float[] a = HostExecution.arrays(on).take(2 * n);
            // Row number held[i] of x lies stretched in a from i n on.
            int[] held = {-1, -1};
            for (int row = from; row < to; row++) {
                int oy = row % g.outHeight();
                int image = row / g.outHeight() * g.height();
                int top = image + rows.low[oy];
                int bottom = image + rows.high[oy];
                int topAt = held[1] == top ? 1 : 0;
                int bottomAt = bottom == top ? topAt : 1 - topAt;
                if (held[topAt] != top) {
                    elements.stretch(a, topAt * n, x.floats(), x.offset() + top * rowSize);
                    held[topAt] = top;
                }
                if (held[bottomAt] != bottom) {
                    elements.stretch(a, bottomAt * n, x.floats(), x.offset() + bottom * rowSize);
                    held[bottomAt] = bottom;
                }
                mix(y.floats(), y.offset() + row * n, a, topAt * n, bottomAt * n, rows.fraction[oy], n);
            }
            HostExecution.arrays(on).give(a);
        });
    }

    /** y = (1 - v) a[top] + v a[bottom]. */
    private static void mix(float[] y, int y0, float[] a, int top, int bottom, float v, int n) {
        int i = 0;
        for (; i <= n - LENGTH; i += LENGTH) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, top + i).mul(1 - v);
            fma(FloatVector.fromArray(SPECIES, a, bottom + i), v, u).intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] = Rows.fma(a[bottom + i], v, a[top + i] * (1 - v));
        }
    }

    private static void mix(
            float[] y,
            int y0,
            float[] x,
            int x00,
            int x01,
            int x10,
            int x11,
            float w00,
            float w01,
            float w10,
            float w11,
            int n) {
        int i = 0;
        for (; i <= n - LENGTH; i += LENGTH) {
            FloatVector s = FloatVector.fromArray(SPECIES, x, x00 + i).mul(w00);
            s = fma(FloatVector.fromArray(SPECIES, x, x01 + i), w01, s);
            s = fma(FloatVector.fromArray(SPECIES, x, x10 + i), w10, s);
            fma(FloatVector.fromArray(SPECIES, x, x11 + i), w11, s).intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] = x[x00 + i] * w00 + x[x01 + i] * w01 + x[x10 + i] * w10 + x[x11 + i] * w11;
        }
    }

    @Override
    public void backward(Slice dx, Slice dy, Geometry g, Execution on) {
        Readers rows = Readers.of(Sources.of(g.height(), g.outHeight(), g.alignCorners()), g.height());
        Readers columns = Readers.of(Sources.of(g.width(), g.outWidth(), g.alignCorners()), g.width());
        int c = g.channels();
        int n = g.outWidth() * c;
        on.forEach(g.batch() * g.height(), row -> {
            int first = dy.offset() + row / g.height() * g.outHeight() * n;
            int to = dx.offset() + row * g.width() * c;
            float[] sum = HostExecution.arrays(on).take(n);
            rows.collect(row % g.height(), sum, 0, dy.floats(), first, n, n);
            for (int ix = 0; ix < g.width(); ix++) {
                columns.collect(ix, dx.floats(), to + ix * c, sum, 0, c, c);
            }
            HostExecution.arrays(on).give(sum);
        });
    }
}
