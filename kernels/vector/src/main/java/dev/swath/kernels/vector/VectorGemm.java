package dev.swath.kernels.vector;

import dev.swath.kernels.Activation;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Slice;
import dev.swath.tensor.OpaqueStorage;
import dev.swath.tensor.Storage;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * {@code matmul} and {@code linear}. B is packed into panels (a weight once, when it is loaded); A is read in place. Work
 * is cut into blocks of rows that stay in the second-level cache and, where there are few, groups of panels: a partition
 * that depends on the sizes alone.
 */
final class VectorGemm implements GemmKernel {
    private static final int COLUMNS = GemmTile.COLUMNS;
    /** Elements of A in a block of rows. */
    private static final int BLOCK = 128 * 1024;

    private static final int MAX_ROWS = 240;
    private static final int MAX_DEPTH = 4096;
    /** Rows a multiple of 4 KB apart share few places in the first-level cache. */
    private static final int ALIAS = 1024;

    private final Scratch scratch;

    VectorGemm(Scratch scratch) {
        this.scratch = scratch;
    }

    /** What happens to a block of C before and after the product. */
    private record Epilogue(
            float @Nullable [] bias,
            int biasAt,
            Activation f,
            float @Nullable [] residual,
            int residualAt,
            boolean accumulate) {}

    @Override
    public void linear(
            Slice y,
            long rowY,
            Slice x,
            long rowX,
            Slice weight,
            @Nullable Slice bias,
            Activation f,
            @Nullable Slice residual,
            int m,
            int n,
            int k,
            Parallelism p) {
        Epilogue e = new Epilogue(
                bias == null ? null : bias.floats(),
                bias == null ? 0 : bias.offset(),
                f,
                residual == null ? null : residual.floats(),
                residual == null ? 0 : residual.offset(),
                false);
        if (weight.storage() instanceof PanelStorage packed) {
            run(
                    y.floats(),
                    y.offset(),
                    (int) rowY,
                    x.floats(),
                    x.offset(),
                    (int) rowX,
                    packed.panels(),
                    0,
                    m,
                    n,
                    k,
                    e,
                    p);
            return;
        }
        Slice w = weight.storage() instanceof OpaqueStorage other ? Slice.of(other.toHost(), 0) : weight;
        float[] panels = scratch.take(PanelStorage.size(n, k));
        try {
            packParallel(panels, w.floats(), w.offset(), k, 1, n, k, p);
            run(y.floats(), y.offset(), (int) rowY, x.floats(), x.offset(), (int) rowX, panels, 0, m, n, k, e, p);
        } finally {
            scratch.give(panels);
        }
    }

    @Override
    public void multiply(
            Slice c,
            long rowC,
            Slice a,
            long rowA,
            long colA,
            Slice b,
            long rowB,
            long colB,
            int m,
            int n,
            int k,
            boolean accumulate,
            Parallelism p) {
        if (m == 0 || n == 0) {
            return;
        }
        for (int first = 0; first == 0 || first < k; first += MAX_DEPTH) {
            int depth = Math.min(MAX_DEPTH, k - first);
            Slice left = a.plus(first * colA);
            Slice right = b.plus(first * rowB);
            Epilogue e = new Epilogue(null, 0, Activation.IDENTITY, null, 0, accumulate || first > 0);
            float[] panels = scratch.take(PanelStorage.size(n, depth));
            float[] dense = colA == 1 ? left.floats() : scratch.take(m * depth);
            try {
                packParallel(panels, right.floats(), right.offset(), colB, rowB, n, depth, p);
                if (colA == 1) {
                    run(
                            c.floats(),
                            c.offset(),
                            (int) rowC,
                            dense,
                            left.offset(),
                            (int) rowA,
                            panels,
                            0,
                            m,
                            n,
                            depth,
                            e,
                            p);
                } else {
                    transpose(dense, left.floats(), left.offset(), rowA, colA, m, depth, p);
                    run(c.floats(), c.offset(), (int) rowC, dense, 0, depth, panels, 0, m, n, depth, e, p);
                }
            } finally {
                scratch.give(panels);
                if (colA != 1) {
                    scratch.give(dense);
                }
            }
        }
    }

    private static void packParallel(
            float[] panels,
            float[] source,
            int offset,
            long columnStride,
            long depthStride,
            int n,
            int k,
            Parallelism p) {
        int group = 8 * COLUMNS;
        p.forEach(Math.ceilDiv(n, group), t -> {
            int first = t * group;
            int columns = Math.min(group, n - first);
            PanelStorage.pack(
                    panels,
                    first * k,
                    source,
                    (int) (offset + first * columnStride),
                    columnStride,
                    depthStride,
                    columns,
                    k);
        });
    }

    private static void transpose(
            float[] dense, float[] a, int offset, long rowA, long colA, int m, int k, Parallelism p) {
        p.forEach(Math.ceilDiv(m, 64), t -> {
            int to = Math.min(m, (t + 1) * 64);
            for (int l0 = 0; l0 < k; l0 += 64) {
                for (int i = t * 64; i < to; i++) {
                    for (int l = l0; l < Math.min(k, l0 + 64); l++) {
                        dense[i * k + l] = a[(int) (offset + i * rowA + l * colA)];
                    }
                }
            }
        });
    }

    private void run(
            float[] c,
            int c0,
            int ldc,
            float[] a,
            int a0,
            int lda,
            float[] panels,
            int b0,
            int m,
            int n,
            int k,
            Epilogue e,
            Parallelism p) {
        if (m == 0 || n == 0) {
            return;
        }
        int rows = Math.clamp(BLOCK / Math.max(k, 1) / 12 * 12, 24, MAX_ROWS);
        int rowBlocks = Math.ceilDiv(m, rows);
        int panelCount = Math.ceilDiv(n, COLUMNS);
        int groups = rowBlocks >= 8 ? 1 : Math.min(panelCount, Math.ceilDiv(8, rowBlocks));
        int perGroup = Math.ceilDiv(panelCount, groups);
        p.forEach(rowBlocks * groups, task -> {
            int first = task / groups * rows;
            int count = Math.min(rows, m - first);
            int from = task % groups * perGroup;
            int to = Math.min(panelCount, from + perGroup);
            if (from < to) {
                block(
                        c,
                        c0 + first * ldc,
                        ldc,
                        a,
                        a0 + first * lda,
                        lda,
                        panels,
                        b0,
                        count,
                        n,
                        k,
                        from,
                        to,
                        first * ldc,
                        e);
            }
        });
    }

    /** Some rows of C in the panels {@code from} to {@code to - 1}. */
    private void block(
            float[] c,
            int c0,
            int ldc,
            float[] a,
            int a0,
            int lda,
            float[] panels,
            int b0,
            int rows,
            int n,
            int k,
            int from,
            int to,
            int shift,
            Epilogue e) {
        boolean copy = rows > 1 && lda % ALIAS == 0 && to - from > 1;
        float[] left = copy ? scratch.take(rows * (k + 16)) : a;
        int leftAt = copy ? 0 : a0;
        int leftStride = copy ? k + 16 : lda;
        for (int r = 0; copy && r < rows; r++) {
            System.arraycopy(a, a0 + r * lda, left, r * leftStride, k);
        }
        float[] tile = scratch.take(rows * COLUMNS);
        for (int j = from; j < to; j++) {
            int column = j * COLUMNS;
            int columns = Math.min(COLUMNS, n - column);
            boolean whole = columns == COLUMNS;
            float[] target = whole ? c : tile;
            int at = whole ? c0 + column : 0;
            int stride = whole ? ldc : COLUMNS;
            begin(target, at, stride, c, c0 + column, ldc, rows, columns, column, whole, e);
            GemmTile.multiply(left, leftAt, leftStride, panels, b0 + column * k, k, target, at, stride, rows);
            for (int r = 0; !whole && r < rows; r++) {
                System.arraycopy(tile, r * COLUMNS, c, c0 + column + r * ldc, columns);
            }
            finish(c, c0 + column, ldc, rows, columns, shift + column, e);
        }
        scratch.give(tile);
        if (copy) {
            scratch.give(left);
        }
    }

    /** Fills the block with the bias or zeros, or leaves what is to be added to. */
    private static void begin(
            float[] target,
            int at,
            int stride,
            float[] c,
            int c0,
            int ldc,
            int rows,
            int columns,
            int column,
            boolean whole,
            Epilogue e) {
        for (int r = 0; r < rows; r++) {
            int row = at + r * stride;
            if (e.accumulate) {
                if (!whole) {
                    System.arraycopy(c, c0 + r * ldc, target, row, columns);
                }
            } else if (e.bias != null) {
                System.arraycopy(e.bias, e.biasAt + column, target, row, columns);
            } else {
                Arrays.fill(target, row, row + columns, 0);
            }
        }
    }

    private static void finish(float[] c, int c0, int ldc, int rows, int columns, int shift, Epilogue e) {
        if (e.f != Activation.IDENTITY) {
            for (int r = 0; r < rows; r++) {
                VectorUnary.apply(e.f, c, c0 + r * ldc, c, c0 + r * ldc, columns);
            }
        }
        if (e.residual != null) {
            for (int r = 0; r < rows; r++) {
                int row = c0 + r * ldc;
                int from = e.residualAt + shift + r * ldc;
                for (int j = 0; j < columns; j++) {
                    c[row + j] += e.residual[from + j];
                }
            }
        }
    }

    @Override
    public Storage pack(Slice weight, int n, int k) {
        return PanelStorage.pack(weight.floats(), weight.offset(), n, k);
    }
}
