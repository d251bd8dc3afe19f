package dev.swath.kernels.vector;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Execution;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.ScratchArrays;
import dev.swath.kernels.Slice;
import dev.swath.kernels.vector.Strips.Source;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.PackedStorage;
import dev.swath.tensor.Storage;
import org.jspecify.annotations.Nullable;

/**
 * {@code matmul} and {@code linear}. B is packed into panels (a weight once, when it is loaded), blocks of A into strips. Work
 * is cut into blocks of rows that stay in the second-level cache and, where there are few, groups of panels: a partition
 * that depends on the sizes alone.
 */
final class VectorGemm implements GemmKernel {
    private static final int COLUMNS = GemmTile.COLUMNS;
    /** Elements of A that are multiplied with all panels in one go, and how deep they lie at most. */
    private static final int BLOCK = 128 * 1024;

    private static final int BLOCK_DEPTH = 8 * Strips.DEPTH;

    private static final int MIN_ROWS = 32;
    private static final int MAX_ROWS = 240;
    /** Elements worth a task of their own when they are copied. */
    private static final int COPIES = 32 * 1024;

    /** Elements of B that are packed for one call at a time, which then stay in the second-level cache. */
    private static final int PANELS = 256 * 1024;

    /** A result of at most so many elements is summed up in parts where the depth is great. */
    private static final int SMALL = 64 * 1024;

    private static final int PARTS = 8;

    private static final float[] ZEROS = new float[COLUMNS];

    /** What happens to a block of C before and after the product. */
    record Epilogue(
            float @Nullable [] bias,
            int biasAt,
            Activation f,
            float @Nullable [] residual,
            int residualAt,
            boolean accumulate) {
        static Epilogue of(@Nullable Slice bias, Activation f, @Nullable Slice residual) {
            return new Epilogue(
                    bias == null ? null : bias.floats(),
                    bias == null ? 0 : bias.offset(),
                    f,
                    residual == null ? null : residual.floats(),
                    residual == null ? 0 : residual.offset(),
                    false);
        }

        static Epilogue plain(boolean accumulate) {
            return new Epilogue(null, 0, Activation.IDENTITY, null, 0, accumulate);
        }
    }

    /** C (m, n) at row stride ldc from A (m, k) and the panels of B (k, n). */
    private record Product(float[] c, int c0, int ldc, Source a, float[] panels, int b0, int n, int k, Epilogue e) {}

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
        linear(y, Strips.of(x), weight, Epilogue.of(bias, f, residual), m, n, k, on);
    }

    /** The same for a left operand that need not lie in memory. */
    void linear(Matrix y, Source x, Slice weight, Epilogue e, int m, int n, int k, Execution on) {
        if (weight.storage() instanceof PanelStorage packed) {
            run(product(y, x, packed.panels(), n, k, e), m, on);
            return;
        }
        Slice w = weight.storage() instanceof PackedStorage other ? Slice.of(other.unpack(), 0) : weight;
        float[] panels = pack(PanelStorage.of(Matrix.dense(w, k).transposed()), n, 0, k, on);
        try {
            run(product(y, x, panels, n, k, e), m, on);
        } finally {
            HostExecution.arrays(on).give(panels);
        }
    }

    @Override
    public void multiply(Matrix c, Matrix a, Matrix b, int m, int n, int k, boolean accumulate, Execution on) {
        if (a.columnStride() == 1 || n >= m || k < 4 * n) {
            multiply(c, Strips.of(a), PanelStorage.of(b), m, n, k, accumulate, on);
            return;
        }
        // To turn strips costs more than to copy panels: C' = B' A' turns the smaller one, and C, which is small beside
        // it.
        float[] turned = HostExecution.arrays(on).take(m * n);
        Matrix to = Matrix.dense(Slice.of(new HostStorage.Floats(turned), 0), m);
        multiply(to, Strips.of(b.transposed()), PanelStorage.of(a.transposed()), n, m, k, false, on);
        float[] out = c.slice().floats();
        for (int i = 0; i < m; i++) {
            int row = (int) (c.slice().offset() + i * c.rowStride());
            for (int j = 0; j < n; j++) {
                out[row + j] = turned[j * m + i] + (accumulate ? out[row + j] : 0);
            }
        }
        HostExecution.arrays(on).give(turned);
    }

    /** The same for operands that need not lie in memory. */
    void multiply(Matrix c, Source a, PanelStorage.Source b, int m, int n, int k, boolean accumulate, Execution on) {
        if (m == 0 || n == 0) {
            return;
        }
        int chunk = Math.max(4, PANELS / n / Strips.DEPTH) * Strips.DEPTH;
        if (k > chunk && (long) m * n <= SMALL) {
            inParts(c, a, b, m, n, k, chunk, accumulate, on);
            return;
        }
        for (int first = 0; first == 0 || first < k; first += chunk) {
            int depth = Math.min(chunk, k - first);
            float[] panels = pack(b, n, first, depth, on);
            Epilogue e = Epilogue.plain(accumulate || first > 0);
            run(product(c, Strips.from(a, first), panels, n, depth, e), m, on);
            HostExecution.arrays(on).give(panels);
        }
    }

    /** A small result of a great depth: sums over parts of the depth side by side, then their sum. */
    private static void inParts(
            Matrix c,
            Source a,
            PanelStorage.Source b,
            int m,
            int n,
            int k,
            int chunk,
            boolean accumulate,
            Execution on) {
        int each = Math.ceilDiv(Math.ceilDiv(k, PARTS), Strips.DEPTH) * Strips.DEPTH;
        int parts = Math.ceilDiv(k, each);
        ScratchArrays arrays = HostExecution.arrays(on);
        float[] sums = arrays.take(parts * m * n);
        on.forEach(parts, part -> {
            Matrix to = Matrix.dense(Slice.of(new HostStorage.Floats(sums), (long) part * m * n), n);
            float[] panels = arrays.take(PanelStorage.size(n, Math.min(chunk, each)));
            int end = Math.min(k, (part + 1) * each);
            for (int first = part * each; first < end; first += chunk) {
                int depth = Math.min(chunk, end - first);
                for (int panel = 0; panel < PanelStorage.count(n); panel++) {
                    PanelStorage.copy(b, panel, n, first, depth, panels);
                }
                Epilogue e = Epilogue.plain(first > part * each);
                alone(product(to, Strips.from(a, first), panels, n, depth, e), 0, m, on);
            }
            arrays.give(panels);
        });
        float[] out = c.slice().floats();
        for (int i = 0; i < m; i++) {
            int row = (int) (c.slice().offset() + i * c.rowStride());
            for (int part = 0; part < parts; part++) {
                int from = (part * m + i) * n;
                if (part == 0 && !accumulate) {
                    System.arraycopy(sums, from, out, row, n);
                } else {
                    Rows.add(out, row, sums, from, n);
                }
            }
        }
        arrays.give(sums);
    }

    private static Product product(Matrix c, Source a, float[] panels, int n, int k, Epilogue e) {
        return new Product(c.slice().floats(), c.slice().offset(), (int) c.rowStride(), a, panels, 0, n, k, e);
    }

    /** The panels of B between two depths. */
    private static float[] pack(PanelStorage.Source b, int n, int first, int depth, Execution on) {
        float[] panels = HostExecution.arrays(on).take(PanelStorage.size(n, depth));
        on.forEach(PanelStorage.count(n), panel -> PanelStorage.copy(b, panel, n, first, depth, panels));
        return panels;
    }

    private static void run(Product p, int m, Execution on) {
        if (m == 0 || p.n == 0) {
            return;
        }
        int size = Math.clamp(BLOCK / Math.clamp(p.k, 1, BLOCK_DEPTH) / Strips.ROWS * Strips.ROWS, MIN_ROWS, MAX_ROWS);
        int blocks = Math.ceilDiv(m, size);
        int panelCount = PanelStorage.count(p.n);
        int groups = blocks >= 8 ? 1 : Math.min(panelCount, Math.ceilDiv(8, blocks));
        if (groups == 1) {
            on.forEach(blocks, block -> alone(p, block * size, Math.min(size, m - block * size), on));
            return;
        }
        // The groups share the strips of a block, which are then copied first.
        int perBlock = Strips.size(size, p.k);
        int perGroup = Math.ceilDiv(panelCount, groups);
        ScratchArrays arrays = HostExecution.arrays(on);
        float[] strips = arrays.take(blocks * perBlock);
        int stripCount = Math.ceilDiv(m, Strips.ROWS);
        int share = Math.ceilDiv(COPIES, Strips.ROWS * Math.max(p.k, 1));
        on.forEach(Math.ceilDiv(stripCount, share), task -> {
            for (int s = task * share; s < Math.min(stripCount, (task + 1) * share); s++) {
                int block = s * Strips.ROWS / size;
                int first = block * size;
                int strip = s - first / Strips.ROWS;
                Strips.copy(p.a, first, Math.min(size, m - first), strip, 0, p.k, strips, block * perBlock);
            }
        });
        on.forEach(blocks * groups, task -> {
            int block = task / groups;
            int from = task % groups * perGroup;
            int to = Math.min(panelCount, from + perGroup);
            if (from < to) {
                int first = block * size;
                block(p, first, Math.min(size, m - first), from, to, 0, p.k, strips, block * perBlock, arrays);
            }
        });
        arrays.give(strips);
    }

    /** Some rows of C in all panels, on the caller's thread. */
    private static void alone(Product p, int first, int rows, Execution on) {
        ScratchArrays arrays = HostExecution.arrays(on);
        float[] strips = arrays.take(Strips.size(rows, Math.min(p.k, BLOCK_DEPTH)));
        for (int l = 0; l == 0 || l < p.k; l += BLOCK_DEPTH) {
            int depth = Math.min(BLOCK_DEPTH, p.k - l);
            for (int strip = 0; strip * Strips.ROWS < rows; strip++) {
                Strips.copy(p.a, first, rows, strip, l, depth, strips, 0);
            }
            block(p, first, rows, 0, PanelStorage.count(p.n), l, depth, strips, 0, arrays);
        }
        arrays.give(strips);
    }

    /**
     * C (m, n) = A B on the caller's thread, for a few rows.
     *
     * @param panels of B
     * @param b0 the first of them
     */
    static void small(Slice c, int ldc, Matrix a, float[] panels, int b0, int m, int n, int k, Execution on) {
        Product p = new Product(c.floats(), c.offset(), ldc, Strips.of(a), panels, b0, n, k, Epilogue.plain(false));
        alone(p, 0, m, on);
    }

    /**
     * Some rows of C in the panels {@code from} to {@code to - 1}, over the columns {@code column} to {@code column + depth -
     * 1} of A.
     */
    private static void block(
            Product p,
            int first,
            int rows,
            int from,
            int to,
            int column,
            int depth,
            float[] strips,
            int a0,
            ScratchArrays arrays) {
        float[] tile = arrays.take(Strips.ROWS * COLUMNS);
        for (int j = from; j < to; j++) {
            int columns = Math.min(COLUMNS, p.n - j * COLUMNS);
            int shift = first * p.ldc + j * COLUMNS;
            for (int l = 0, depthBlock = 0; l == 0 || l < depth; l += Strips.DEPTH, depthBlock++) {
                int b0 = p.b0 + (j * p.k + column + l) * COLUMNS;
                boolean later = column + l > 0;
                for (int strip = 0, r = 0; r < rows; strip++, r += Strips.ROWS) {
                    int left = a0 + Strips.at(rows, strip, depthBlock);
                    int count = Math.min(Strips.ROWS, rows - r);
                    int deep = Math.min(Strips.DEPTH, depth - l);
                    tile(p, strips, left, b0, deep, p.c0 + shift + r * p.ldc, count, j * COLUMNS, columns, later, tile);
                }
            }
            if (column + depth >= p.k) {
                finish(p, shift, rows, columns);
            }
        }
        arrays.give(tile);
    }

    /** One strip, one panel and one block of depth; what is not a whole tile goes through {@code scratch}. */
    private static void tile(
            Product p,
            float[] strips,
            int a0,
            int b0,
            int depth,
            int at,
            int rows,
            int column,
            int columns,
            boolean later,
            float[] scratch) {
        boolean add = later || p.e.accumulate;
        float[] start = add ? p.c : p.e.bias == null ? ZEROS : p.e.bias;
        int s0 = add ? at : p.e.bias == null ? 0 : p.e.biasAt + column;
        int lds = add ? p.ldc : 0;
        if (columns == COLUMNS && rows % GemmTile.STEP == 0) {
            GemmTile.multiply(strips, a0, p.panels, b0, depth, p.c, at, p.ldc, start, s0, lds, rows);
            return;
        }
        for (int r = 0; r < rows; r++) {
            System.arraycopy(start, s0 + r * lds, scratch, r * COLUMNS, columns);
        }
        int whole = Math.ceilDiv(rows, GemmTile.STEP) * GemmTile.STEP;
        GemmTile.multiply(strips, a0, p.panels, b0, depth, scratch, 0, COLUMNS, scratch, 0, COLUMNS, whole);
        for (int r = 0; r < rows; r++) {
            System.arraycopy(scratch, r * COLUMNS, p.c, at + r * p.ldc, columns);
        }
    }

    /** Function and residual of a block of C that begins {@code shift} elements behind its first. */
    private static void finish(Product p, int shift, int rows, int columns) {
        Epilogue e = p.e;
        for (int r = 0; r < rows; r++) {
            int row = p.c0 + shift + r * p.ldc;
            if (e.f != Activation.IDENTITY) {
                VectorUnary.apply(e.f, p.c, row, p.c, row, columns);
            }
            if (e.residual != null) {
                Rows.add(p.c, row, e.residual, e.residualAt + shift + r * p.ldc, columns);
            }
        }
    }

    @Override
    public Storage pack(Slice weight, int n, int k) {
        return PanelStorage.pack(weight.floats(), weight.offset(), n, k);
    }
}
