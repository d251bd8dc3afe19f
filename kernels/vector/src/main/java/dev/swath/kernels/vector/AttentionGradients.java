package dev.swath.kernels.vector;

import dev.swath.kernels.AttentionKernel.Geometry;
import dev.swath.kernels.Execution;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.ScratchArrays;
import dev.swath.kernels.Slice;
import dev.swath.kernels.vector.VectorAttention.Operand;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Gradients of {@code attention}. A task is a fixed number of query rows of one head; its part of dk and dv is kept
 * apart and added up in order.
 */
final class AttentionGradients {
    private static final int BLOCK_ROWS = 8 * Tile.ROWS;
    private static final int TASK_ROWS = 6 * BLOCK_ROWS;

    private final Slice dq;
    private final Slice dk;
    private final Slice dv;
    private final Operand dy;
    private final Slice probabilities;
    private final Operand q;
    private final Operand k;
    private final Operand v;
    private final @Nullable Slice dropout;
    private final Geometry g;
    private final int d;
    private final int width;
    private final int n;
    private final int keyRows;

    AttentionGradients(
            Slice dq,
            Slice dk,
            Slice dv,
            Operand dy,
            Slice probabilities,
            Operand q,
            Operand k,
            Operand v,
            @Nullable Slice dropout,
            Geometry g) {
        this.dq = dq;
        this.dk = dk;
        this.dv = dv;
        this.dy = dy;
        this.probabilities = probabilities;
        this.q = q;
        this.k = k;
        this.v = v;
        this.dropout = dropout;
        this.g = g;
        d = g.channels() / g.heads();
        width = Heads.padded(d);
        n = Heads.padded(g.keys());
        keyRows = Math.ceilDiv(g.keys(), Tile.ROWS) * Tile.ROWS;
    }

    void run(Execution on) {
        int heads = g.batch() * g.heads();
        int tasks = Math.ceilDiv(g.queries(), TASK_ROWS);
        int headSize = d * n + g.keys() * width; // v transposed, k
        int partSize = 2 * keyRows * width; // part of dk, part of dv
        int parts = heads * headSize;
        ScratchArrays arrays = HostExecution.arrays(on);
        float[] shared = arrays.take(parts + heads * tasks * partSize);
        on.forEach(heads, head -> {
            int at = head * headSize;
            AttentionOperands.transpose(shared, at, n, v, head / g.heads(), head % g.heads(), 1f);
            AttentionOperands.rows(shared, at + d * n, width, k, head / g.heads(), head % g.heads(), 0, g.keys());
        });
        on.forEach(heads * tasks, task -> {
            int head = task / tasks;
            int part = parts + task * partSize;
            Arrays.fill(shared, part, part + partSize, 0f);
            int end = Math.min(g.queries(), (task % tasks + 1) * TASK_ROWS);
            for (int i = task % tasks * TASK_ROWS; i < end; i += BLOCK_ROWS) {
                block(shared, head * headSize, part, head, i, Math.min(BLOCK_ROWS, end - i), arrays);
            }
        });
        on.forEach(heads, head -> {
            int b = head / g.heads();
            int h = head % g.heads();
            for (int j = 0; j < g.keys(); j++) {
                int to = (b * g.keys() + j) * g.channels() + h * d;
                int from = parts + head * tasks * partSize + j * width;
                sum(dk, to, shared, from, partSize, tasks);
                sum(dv, to, shared, from + keyRows * width, partSize, tasks);
            }
        });
        arrays.give(shared);
    }

    private void sum(Slice gradient, int to, float[] a, int from, int step, int count) {
        System.arraycopy(a, from, gradient.floats(), gradient.offset() + to, d);
        for (int i = 1; i < count; i++) {
            Rows.add(gradient.floats(), gradient.offset() + to, a, from + i * step, d);
        }
    }

    /** dq of some rows, and their part of dk and dv. */
    private void block(float[] shared, int head0, int part, int head, int first, int rows, ScratchArrays arrays) {
        int b = head / g.heads();
        int h = head % g.heads();
        int stride = width + Lanes.LENGTH;
        int capacity = Math.ceilDiv(rows, Tile.ROWS) * Tile.ROWS;
        int qAt = 0;
        int dyAt = qAt + capacity * stride;
        int weights = dyAt + capacity * stride; // probabilities after dropout
        int scores = weights + capacity * n; // gradient of the scores
        int out = scores + capacity * n + Tile.ROWS;
        float[] a = arrays.take(out + Tile.ROWS * width);
        AttentionOperands.rows(a, qAt, stride, q, b, h, first, rows);
        AttentionOperands.rows(a, dyAt, stride, dy, b, h, first, rows);
        Arrays.fill(a, dyAt + rows * stride, dyAt + capacity * stride, 0f);
        Arrays.fill(a, weights, out, 0f);
        for (int i = 0; i < rows; i += Tile.ROWS) {
            int count = Math.min(Tile.ROWS, rows - i);
            int rounded = Tile.rounded(count);
            Tile.multiply(rounded, a, scores + i * n, n, a, dyAt + i * stride, stride, 1, shared, head0, n, n, d);
            for (int r = i; r < i + count; r++) {
                row(a, weights + r * n, scores + r * n, (head * g.queries() + first + r) * g.keys());
            }
            Tile.multiply(
                    rounded, a, out, width, a, scores + i * n, n, 1, shared, head0 + d * n, width, width, g.keys());
            for (int r = 0; r < count; r++) {
                int to = (b * g.queries() + first + i + r) * g.channels() + h * d;
                System.arraycopy(a, out + r * width, dq.floats(), dq.offset() + to, d);
            }
        }
        for (int j = 0; j < g.keys(); j += Tile.ROWS) {
            int count = Math.min(Tile.ROWS, g.keys() - j);
            int rounded = Tile.rounded(count);
            Tile.multiply(rounded, a, out, width, a, scores + j, 1, n, a, qAt, stride, width, rows);
            Rows.add(shared, part + j * width, a, out, count * width);
            Tile.multiply(rounded, a, out, width, a, weights + j, 1, n, a, dyAt, stride, width, rows);
            Rows.add(shared, part + (keyRows + j) * width, a, out, count * width);
        }
        arrays.give(a);
    }

    /** From the gradient of one row's weights to that of its scores: scale P (dP - sum(dP P)). */
    private void row(float[] a, int weights, int scores, int at) {
        float[] pa = probabilities.floats();
        int p0 = probabilities.offset() + at;
        double sum = 0;
        for (int j = 0; j < g.keys(); j++) {
            float drop = dropout == null ? 1f : dropout.floats()[dropout.offset() + at + j];
            a[weights + j] = pa[p0 + j] * drop;
            a[scores + j] *= drop;
            sum += a[scores + j] * pa[p0 + j];
        }
        float mean = (float) sum;
        float scale = (float) g.scale();
        for (int j = 0; j < g.keys(); j++) {
            a[scores + j] = scale * pa[p0 + j] * (a[scores + j] - mean);
        }
    }
}
