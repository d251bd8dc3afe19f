package dev.swath.kernels.vector;

import static dev.swath.kernels.vector.Lanes.LENGTH;
import static dev.swath.kernels.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;

/** Arithmetic on rows of n neighbours: whole vectors, then the rest one by one in the same arithmetic. */
final class Rows {
    private Rows() {}

    /** a b + c as {@link Lanes#fma} computes it. */
    static float fma(float a, float b, float c) {
        return Lanes.FMA ? Math.fma(a, b, c) : a * b + c;
    }

    /** y = x, for rows too short for {@link System#arraycopy}. */
    static void copy(float[] x, int x0, float[] y, int y0, int n) {
        int i = 0;
        for (; i <= n - LENGTH; i += LENGTH) {
            FloatVector.fromArray(SPECIES, x, x0 + i).intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] = x[x0 + i];
        }
    }

    /** y = s x. */
    static void scale(float[] y, int y0, float[] x, int x0, float s, int n) {
        int i = 0;
        for (; i <= n - LENGTH; i += LENGTH) {
            FloatVector.fromArray(SPECIES, x, x0 + i).mul(s).intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] = x[x0 + i] * s;
        }
    }

    /** y += x. */
    static void add(float[] y, int y0, float[] x, int x0, int n) {
        int i = 0;
        for (; i <= n - LENGTH; i += LENGTH) {
            FloatVector.fromArray(SPECIES, y, y0 + i)
                    .add(FloatVector.fromArray(SPECIES, x, x0 + i))
                    .intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] += x[x0 + i];
        }
    }

    /** y *= x. */
    static void multiply(float[] y, int y0, float[] x, int x0, int n) {
        int i = 0;
        for (; i <= n - LENGTH; i += LENGTH) {
            FloatVector.fromArray(SPECIES, y, y0 + i)
                    .mul(FloatVector.fromArray(SPECIES, x, x0 + i))
                    .intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] *= x[x0 + i];
        }
    }

    /** y += s x. */
    static void addScaled(float[] y, int y0, float[] x, int x0, float s, int n) {
        int i = 0;
        for (; i <= n - LENGTH; i += LENGTH) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, x0 + i);
            Lanes.fma(v, s, FloatVector.fromArray(SPECIES, y, y0 + i)).intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] = fma(x[x0 + i], s, y[y0 + i]);
        }
    }

    /** y += a b. */
    static void addProduct(float[] y, int y0, float[] a, int a0, float[] b, int b0, int n) {
        int i = 0;
        for (; i <= n - LENGTH; i += LENGTH) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, a0 + i);
            FloatVector v = FloatVector.fromArray(SPECIES, b, b0 + i);
            Lanes.fma(u, v, FloatVector.fromArray(SPECIES, y, y0 + i)).intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] = fma(a[a0 + i], b[b0 + i], y[y0 + i]);
        }
    }

    /** y = max(y, x), NaN where either is. */
    static void max(float[] y, int y0, float[] x, int x0, int n) {
        int i = 0;
        for (; i <= n - LENGTH; i += LENGTH) {
            FloatVector.fromArray(SPECIES, y, y0 + i)
                    .max(FloatVector.fromArray(SPECIES, x, x0 + i))
                    .intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] = Math.max(y[y0 + i], x[x0 + i]);
        }
    }

    /** y += (x - mean)^2. */
    static void addSquares(float[] y, int y0, float[] x, int x0, float[] mean, int mean0, int n) {
        int i = 0;
        for (; i <= n - LENGTH; i += LENGTH) {
            FloatVector d =
                    FloatVector.fromArray(SPECIES, x, x0 + i).sub(FloatVector.fromArray(SPECIES, mean, mean0 + i));
            Lanes.fma(d, d, FloatVector.fromArray(SPECIES, y, y0 + i)).intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            float d = x[x0 + i] - mean[mean0 + i];
            y[y0 + i] = fma(d, d, y[y0 + i]);
        }
    }

    /** y = (x - mean) scale. */
    static void normalize(
            float[] y, int y0, float[] x, int x0, float[] mean, int mean0, float[] scale, int scale0, int n) {
        int i = 0;
        for (; i <= n - LENGTH; i += LENGTH) {
            FloatVector.fromArray(SPECIES, x, x0 + i)
                    .sub(FloatVector.fromArray(SPECIES, mean, mean0 + i))
                    .mul(FloatVector.fromArray(SPECIES, scale, scale0 + i))
                    .intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] = (x[x0 + i] - mean[mean0 + i]) * scale[scale0 + i];
        }
    }

    /** Sum of x. */
    static float sum(float[] x, int x0, int n) {
        FloatVector s = FloatVector.zero(SPECIES);
        FloatVector t = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i <= n - 2 * LENGTH; i += 2 * LENGTH) {
            s = s.add(FloatVector.fromArray(SPECIES, x, x0 + i));
            t = t.add(FloatVector.fromArray(SPECIES, x, x0 + i + LENGTH));
        }
        float rest = 0;
        for (; i < n; i++) {
            rest += x[x0 + i];
        }
        return Lanes.sum(s.add(t)) + rest;
    }

    /** Sum of a b. */
    static float dot(float[] a, int a0, float[] b, int b0, int n) {
        FloatVector s = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i <= n - LENGTH; i += LENGTH) {
            s = Lanes.fma(FloatVector.fromArray(SPECIES, a, a0 + i), FloatVector.fromArray(SPECIES, b, b0 + i), s);
        }
        float rest = 0;
        for (; i < n; i++) {
            rest = fma(a[a0 + i], b[b0 + i], rest);
        }
        return Lanes.sum(s) + rest;
    }

    /** Sum of (x - mean)^2. */
    static float squares(float[] x, int x0, float mean, int n) {
        FloatVector s = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i <= n - LENGTH; i += LENGTH) {
            FloatVector d = FloatVector.fromArray(SPECIES, x, x0 + i).sub(mean);
            s = Lanes.fma(d, d, s);
        }
        float rest = 0;
        for (; i < n; i++) {
            float d = x[x0 + i] - mean;
            rest = fma(d, d, rest);
        }
        return Lanes.sum(s) + rest;
    }

    /**
     * to[at + r width + j] = from[offset + r step + j columnStep], in blocks that stay in the cache and four elements of a row
     * at a time, whose stores then meet in one line.
     */
    static void turn(
            float[] from, int offset, int columnStep, int step, int columns, int rows, float[] to, int at, int width) {
        for (int r0 = 0; r0 < rows; r0 += 16) {
            int count = Math.min(16, rows - r0);
            int j = 0;
            for (; j + 4 <= columns; j += 4) {
                int source = offset + j * columnStep + r0 * step;
                int target = at + r0 * width + j;
                for (int r = 0; r < count; r++, source += step, target += width) {
                    to[target] = from[source];
                    to[target + 1] = from[source + columnStep];
                    to[target + 2] = from[source + 2 * columnStep];
                    to[target + 3] = from[source + 3 * columnStep];
                }
            }
            for (; j < columns; j++) {
                for (int r = r0; r < r0 + count; r++) {
                    to[at + r * width + j] = from[offset + j * columnStep + r * step];
                }
            }
        }
    }
}
