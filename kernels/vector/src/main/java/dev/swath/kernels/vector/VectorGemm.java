package dev.swath.kernels.vector;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Execution;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.ScratchArrays;
import dev.swath.kernels.Slice;
import dev.swath.tensor.PackedStorage;
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
            Matrix y,
            Matrix x,
            Slice weight,
            @Nullable Slice bias,
            Activation f,
            @Nullable Slice residual,
            int m,
            int n,
            int k,
            Execution on) {
        Epilogue e = new Epilogue(
                bias == null ? null : bias.floats(),
                bias == null ? 0 : bias.offset(),
                f,
                residual == null ? null : residual.floats(),
                residual == null ? 0 : residual.offset(),
                false);
        if (weight.storage() instanceof PanelStorage packed) {
            run(y, x, packed.panels(), m, n, k, e, on);
            return;
        }
        Slice w = weight.storage() instanceof PackedStorage other ? Slice.of(other.unpack(), 0) : weight;
        float[] panels = HostExecution.arrays(on).take(PanelStorage.size(n, k));
        try {
            packParallel(panels, Matrix.dense(w, k).transposed(), n, k, on);
            run(y, x, panels, m, n, k, e, on);
        } finally {
            HostExecution.arrays(on).give(panels);
        }
    }

    @Override
    public void multiply(Matrix c, Matrix a, Matrix b, int m, int n, int k, boolean accumulate, Execution on) {
        if (m == 0 || n == 0) {
            return;
        }
        ScratchArrays arrays = HostExecution.arrays(on);
        for (int first = 0; first == 0 || first < k; first += MAX_DEPTH) {
            int depth = Math.min(MAX_DEPTH, k - first);
            Matrix left = new Matrix(a.slice().plus(first * a.columnStride()), a.rowStride(), a.columnStride());
            Matrix right = new Matrix(b.slice().plus(first * b.rowStride()), b.rowStride(), b.columnStride());
            Epilogue e = new Epilogue(null, 0, Activation.IDENTITY, null, 0, accumulate || first > 0);
            float[] panels = arrays.take(PanelStorage.size(n, depth));
            float[] dense = a.columnStride() == 1 ? null : arrays.take(m * depth);
            try {
                packParallel(panels, right, n, depth, on);
                if (dense == null) {
                    run(c, left, panels, m, n, depth, e, on);
                } else {
                    transpose(dense, left, m, depth, on);
                    run(
                            c.slice().floats(),
                            c.slice().offset(),
                            (int) c.rowStride(),
                            dense,
                            0,
                            depth,
                            panels,
                            0,
                            m,
                            n,
                            depth,
                            e,
                            on);
                }
            } finally {
                arrays.give(panels);
                if (dense != null) {
                    arrays.give(dense);
                }
            }
        }
    }

    private void run(Matrix c, Matrix a, float[] panels, int m, int n, int k, Epilogue e, Execution on) {
        run(
                c.slice().floats(),
                c.slice().offset(),
                (int) c.rowStride(),
                a.slice().floats(),
                a.slice().offset(),
                (int) a.rowStride(),
                panels,
                0,
                m,
                n,
                k,
                e,
                on);
    }

    private static void packParallel(float[] panels, Matrix b, int n, int k, Execution on) {
        int group = 8 * COLUMNS;
        float[] source = b.slice().floats();
        on.forEach(Math.ceilDiv(n, group), t -> {
            int first = t * group;
            int columns = Math.min(group, n - first);
            int from = (int) (b.slice().offset() + first * b.columnStride());
            PanelStorage.pack(panels, first * k, source, from, b.columnStride(), b.rowStride(), columns, k);
        });
    }

    private static void transpose(float[] dense, Matrix x, int m, int k, Execution on) {
        float[] a = x.slice().floats();
        int offset = x.slice().offset();
        long rowA = x.rowStride();
        long colA = x.columnStride();
        on.forEach(Math.ceilDiv(m, 64), t -> {
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
            Execution on) {
        if (m == 0 || n == 0) {
            return;
        }
        int rows = Math.clamp(BLOCK / Math.max(k, 1) / 12 * 12, 24, MAX_ROWS);
        int rowBlocks = Math.ceilDiv(m, rows);
        int panelCount = Math.ceilDiv(n, COLUMNS);
        int groups = rowBlocks >= 8 ? 1 : Math.min(panelCount, Math.ceilDiv(8, rowBlocks));
        int perGroup = Math.ceilDiv(panelCount, groups);
        ScratchArrays arrays = HostExecution.arrays(on);
        on.forEach(rowBlocks * groups, task -> {
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
                        e,
                        arrays);
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
            Epilogue e,
            ScratchArrays arrays) {
        boolean copy = rows > 1 && lda % ALIAS == 0 && to - from > 1;
        float[] left = copy ? arrays.take(rows * (k + 16)) : a;
        int leftAt = copy ? 0 : a0;
        int leftStride = copy ? k + 16 : lda;
        for (int r = 0; copy && r < rows; r++) {
            System.arraycopy(a, a0 + r * lda, left, r * leftStride, k);
        }
        float[] tile = arrays.take(rows * COLUMNS);
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
        arrays.give(tile);
        if (copy) {
            arrays.give(left);
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
