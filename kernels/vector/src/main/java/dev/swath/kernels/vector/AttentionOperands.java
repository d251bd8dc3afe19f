package dev.swath.kernels.vector;

import dev.swath.kernels.vector.VectorAttention.Operand;
import java.util.Arrays;

/** Copies of one head's rows in the forms that {@link Tile} reads. */
final class AttentionOperands {
    private AttentionOperands() {}

    /** a[e][j] = scale x[j][e]: rows become columns, with zeros up to {@code n} columns. */
    static void transpose(float[] a, int at, int n, Operand x, int b, int h, float scale) {
        float[] from = x.floats();
        for (int e = 0; e < x.width(); e++) {
            Arrays.fill(a, at + e * n + x.count(), at + (e + 1) * n, 0f);
        }
        for (int j = 0; j < x.count(); j++) {
            int row = x.start(b, j, h);
            for (int e = 0; e < x.width(); e++) {
                a[at + e * n + j] = from[row + e] * scale;
            }
        }
    }

    /** a[r][e] = x[first + r][e], with zeros from the head's width up to {@code stride}. */
    static void rows(float[] a, int at, int stride, Operand x, int b, int h, int first, int rows) {
        for (int r = 0; r < rows; r++) {
            int to = at + r * stride;
            System.arraycopy(x.floats(), x.start(b, first + r, h), a, to, x.width());
            Arrays.fill(a, to + x.width(), to + stride, 0f);
        }
    }
}
