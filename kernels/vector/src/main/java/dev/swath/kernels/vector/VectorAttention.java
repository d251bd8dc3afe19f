package dev.swath.kernels.vector;

import dev.swath.kernels.AttentionKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.Slice;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * {@code attention}. The keys are few: scale times k, transposed, is made once per head; then blocks of query rows go
 * through product, softmax and product. A task is some rows of one head of one sample.
 */
final class VectorAttention implements AttentionKernel {
    private static final int TASK_ROWS = 8 * Tile.ROWS;

    @Override
    public void forward(
            Slice y,
            @Nullable Slice probabilities,
            Slice q,
            long rowQ,
            Slice k,
            long rowK,
            Slice v,
            long rowV,
            Slice mask,
            @Nullable Slice dropout,
            Geometry g,
            Execution on) {
        int d = g.channels() / g.heads();
        Operand queries = new Operand(q, rowQ, g.queries(), d);
        int n = Heads.padded(g.keys());
        int width = Heads.padded(d);
        int headSize = d * n + g.keys() * width;
        int masks = g.batch() * g.heads() * headSize;
        float[] shared = HostExecution.arrays(on).take(masks + g.batch() * n);
        for (int b = 0; b < g.batch(); b++) {
            maskRow(shared, masks + b * n, n, mask, b, g);
        }
        on.forEach(g.batch() * g.heads(), head -> {
            int at = head * headSize;
            int b = head / g.heads();
            int h = head % g.heads();
            AttentionOperands.transpose(shared, at, n, new Operand(k, rowK, g.keys(), d), b, h, (float) g.scale());
            AttentionOperands.rows(shared, at + d * n, width, new Operand(v, rowV, g.keys(), d), b, h, 0, g.keys());
        });
        int blocks = Math.ceilDiv(g.queries(), TASK_ROWS);
        on.forEach(g.batch() * g.heads() * blocks, task -> {
            int head = task / blocks;
            int from = task % blocks * TASK_ROWS;
            int to = Math.min(g.queries(), from + TASK_ROWS);
            float[] a = HostExecution.arrays(on).take(Tile.ROWS * (n + 2 * width + Lanes.LENGTH));
            for (int i = from; i < to; i += Tile.ROWS) {
                block(
                        y,
                        probabilities,
                        queries,
                        dropout,
                        shared,
                        head * headSize,
                        masks + head / g.heads() * n,
                        a,
                        head,
                        i,
                        Math.min(Tile.ROWS, to - i),
                        g);
            }
            HostExecution.arrays(on).give(a);
        });
        HostExecution.arrays(on).give(shared);
    }

    /** 1e4 mask - 1e4 for each key, and {@link Heads#NOTHING} behind the last. */
    private static void maskRow(float[] a, int at, int n, Slice mask, int b, Geometry g) {
        for (int j = 0; j < g.keys(); j++) {
            a[at + j] = (float) (1e4 * mask.get(b * g.keys() + j) - 1e4);
        }
        Arrays.fill(a, at + g.keys(), at + n, Heads.NOTHING);
    }

    /** Rows {@code first ..} of one head. In {@code a}: scores, output, then a copy of q where one is needed. */
    private static void block(
            Slice y,
            @Nullable Slice probabilities,
            Operand queries,
            @Nullable Slice dropout,
            float[] shared,
            int head0,
            int mask0,
            float[] a,
            int head,
            int first,
            int rows,
            Geometry g) {
        int d = queries.width();
        int n = Heads.padded(g.keys());
        int width = Heads.padded(d);
        int b = head / g.heads();
        int h = head % g.heads();
        int rounded = Tile.rounded(rows);
        int o = Tile.ROWS * n;
        if (rounded == rows && !queries.clashes()) {
            int q0 = queries.start(b, first, h);
            Tile.multiply(rows, a, 0, n, queries.floats(), q0, queries.stride(), 1, shared, head0, n, n, d);
        } else {
            // Odd strides keep the rows of a block apart in the cache.
            int copy = o + Tile.ROWS * width;
            int stride = width + Lanes.LENGTH;
            AttentionOperands.rows(a, copy, stride, queries, b, h, first, rows);
            Arrays.fill(a, copy + rows * stride, copy + rounded * stride, 0f);
            Tile.multiply(rounded, a, 0, n, a, copy, stride, 1, shared, head0, n, n, d);
        }
        int[] maskAt = new int[rows];
        Arrays.fill(maskAt, mask0);
        float[] max = new float[rows];
        float[] sum = new float[rows];
        Heads.exponentials(a, 0, n, rows, n, shared, maskAt, null, maskAt, max, sum);
        for (int r = 0; r < rows; r++) {
            Rows.scale(a, r * n, a, r * n, 1 / sum[r], n);
            int at = (head * g.queries() + first + r) * g.keys();
            if (probabilities != null) {
                System.arraycopy(a, r * n, probabilities.floats(), probabilities.offset() + at, g.keys());
            }
            if (dropout != null) {
                Rows.multiply(a, r * n, dropout.floats(), dropout.offset() + at, g.keys());
            }
        }
        int y0 = y.offset() + (b * g.queries() + first) * g.channels() + h * d;
        if (rounded == rows && width == d) {
            Tile.multiply(
                    rows, y.floats(), y0, g.channels(), a, 0, n, 1, shared, head0 + d * n, width, width, g.keys());
            return;
        }
        Tile.multiply(rounded, a, o, width, a, 0, n, 1, shared, head0 + d * n, width, width, g.keys());
        for (int r = 0; r < rows; r++) {
            System.arraycopy(a, o + r * width, y.floats(), y0 + r * g.channels(), d);
        }
    }

    @Override
    public void backward(
            Slice dq,
            Slice dk,
            Slice dv,
            Slice dy,
            Slice probabilities,
            Slice q,
            long rowQ,
            Slice k,
            long rowK,
            Slice v,
            long rowV,
            @Nullable Slice dropout,
            Geometry g,
            Execution on) {
        int d = g.channels() / g.heads();
        new AttentionGradients(
                        dq,
                        dk,
                        dv,
                        new Operand(dy, g.channels(), g.queries(), d),
                        probabilities,
                        new Operand(q, rowQ, g.queries(), d),
                        new Operand(k, rowK, g.keys(), d),
                        new Operand(v, rowV, g.keys(), d),
                        dropout,
                        g)
                .run(on);
    }

    /**
     * Rows of one operand, each split by head.
     *
     * @param slice where they are
     * @param step from one row to the next
     * @param count rows of one sample
     * @param width channels of one head
     */
    record Operand(Slice slice, long step, int count, int width) {
        float[] floats() {
            return slice.floats();
        }

        int stride() {
            return Math.toIntExact(step);
        }

        /** Where row {@code i} of head {@code h} of sample {@code b} begins. */
        int start(int b, int i, int h) {
            return Math.toIntExact(slice.offset() + ((long) b * count + i) * step + (long) h * width);
        }

        /** Whether rows lie so far apart that they share one set of the first cache. */
        boolean clashes() {
            return step % 512 == 0;
        }
    }
}
