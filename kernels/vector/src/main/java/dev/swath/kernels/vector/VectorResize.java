package dev.swath.kernels.vector;

import static dev.swath.kernels.vector.Lanes.LENGTH;
import static dev.swath.kernels.vector.Lanes.SPECIES;
import static dev.swath.kernels.vector.Lanes.fma;

import dev.swath.kernels.Execution;
import dev.swath.kernels.ResizeKernel;
import dev.swath.kernels.Slice;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** {@code resize}: a task is one row of the map that is written. */
final class VectorResize implements ResizeKernel {
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
    }

    @Override
    public void forward(Slice y, Slice x, Geometry g, Execution on) {
        Sources rows = Sources.of(g.height(), g.outHeight(), g.alignCorners());
        Sources columns = Sources.of(g.width(), g.outWidth(), g.alignCorners());
        int c = g.channels();
        on.forEach(g.batch() * g.outHeight(), row -> {
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
        });
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
        Sources rows = Sources.of(g.height(), g.outHeight(), g.alignCorners());
        Sources columns = Sources.of(g.width(), g.outWidth(), g.alignCorners());
        int rowSize = g.width() * g.channels();
        on.forEach(g.batch() * g.height(), row -> {
            int b = row / g.height();
            int iy = row % g.height();
            int to = dx.offset() + row * rowSize;
            Arrays.fill(dx.floats(), to, to + rowSize, 0f);
            // Every output row that reads this one, in order, so that no two tasks add to the same element.
            for (int oy = 0; oy < g.outHeight(); oy++) {
                float weight = (rows.low[oy] == iy ? 1 - rows.fraction[oy] : 0)
                        + (rows.high[oy] == iy ? rows.fraction[oy] : 0);
                if (weight != 0) {
                    int from = dy.offset() + (b * g.outHeight() + oy) * g.outWidth() * g.channels();
                    scatter(dx.floats(), to, dy.floats(), from, weight, columns, g.outWidth(), g.channels());
                }
            }
        });
    }

    private static void scatter(
            float[] dx, int dx0, float[] dy, int dy0, float weight, Sources columns, int outWidth, int c) {
        for (int ox = 0; ox < outWidth; ox++) {
            float h = columns.fraction[ox];
            Rows.addScaled(dx, dx0 + columns.low[ox] * c, dy, dy0 + ox * c, weight * (1 - h), c);
            if (h != 0) {
                Rows.addScaled(dx, dx0 + columns.high[ox] * c, dy, dy0 + ox * c, weight * h, c);
            }
        }
    }
}
