package dev.swath.kernels.vector;

import dev.swath.kernels.Execution;
import dev.swath.kernels.GradientClippingKernel;
import dev.swath.kernels.Slice;
import java.util.List;

/**
 * {@code gradient_clipping}: a task is a piece of a gradient, so that one large gradient does not keep a single thread. All in
 * f64, as the squares of f32 numbers may overflow in f32; eight sums side by side hide the time of an addition. 4 bytes an
 * element for the norm, 8 for scaling, one or two operations: bound by memory.
 */
final class VectorGradientClipping implements GradientClippingKernel {
    /** Calls the body with each piece of each gradient, and its number. */
    private interface Body {
        void run(int piece, float[] gradient, int from, int n);
    }

    private static int pieces(int n) {
        return Math.ceilDiv(n, Chunks.ELEMENTS);
    }

    private static int pieces(int[] n) {
        int pieces = 0;
        for (int size : n) {
            pieces += pieces(size);
        }
        return pieces;
    }

    private static void each(List<Slice> gradients, int[] n, Execution on, Body body) {
        int[] owner = new int[pieces(n)];
        int[] first = new int[n.length];
        for (int i = 0, piece = 0; i < n.length; i++) {
            first[i] = piece;
            for (int end = piece + pieces(n[i]); piece < end; piece++) {
                owner[piece] = i;
            }
        }
        on.forEach(owner.length, piece -> {
            int i = owner[piece];
            int from = (piece - first[i]) * Chunks.ELEMENTS;
            Slice g = gradients.get(i);
            body.run(piece, g.floats(), g.offset() + from, Math.min(Chunks.ELEMENTS, n[i] - from));
        });
    }

    @Override
    public void norm(Slice norm, List<Slice> gradients, int[] n, Execution on) {
        double[] squares = new double[pieces(n)];
        each(gradients, n, on, (piece, g, from, size) -> squares[piece] = squares(g, from, size));
        double sum = 0;
        for (int i = 0, piece = 0; i < n.length; i++) {
            double own = 0;
            for (int end = piece + pieces(n[i]); piece < end; piece++) {
                own += squares[piece];
            }
            sum += own;
        }
        norm.set(0, Math.sqrt(sum));
    }

    private static double squares(float[] g, int from, int n) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        double s4 = 0;
        double s5 = 0;
        double s6 = 0;
        double s7 = 0;
        int i = from;
        for (int end = from + n - 7; i < end; i += 8) {
            s0 += square(g[i]);
            s1 += square(g[i + 1]);
            s2 += square(g[i + 2]);
            s3 += square(g[i + 3]);
            s4 += square(g[i + 4]);
            s5 += square(g[i + 5]);
            s6 += square(g[i + 6]);
            s7 += square(g[i + 7]);
        }
        for (; i < from + n; i++) {
            s0 += square(g[i]);
        }
        return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
    }

    private static double square(double x) {
        return x * x;
    }

    @Override
    public void scale(List<Slice> gradients, int[] n, Slice norm, double maxNorm, Execution on) {
        double is = norm.get(0);
        if (is > maxNorm) {
            double factor = maxNorm / is;
            each(gradients, n, on, (_, g, from, size) -> {
                for (int i = from; i < from + size; i++) {
                    g[i] = (float) (g[i] * factor);
                }
            });
        }
    }
}
