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
 * is cut into blocks of rows that stay in the second-level cache and, where there are few for the threads, groups of panels;
 * each element of C is summed up in the same order however it is cut.
 */
final class VectorGemm implements GemmKernel {
    private static final int COLUMNS = GemmTile.COLUMNS;
    /** Rows and columns of A that are multiplied with all panels in one go: half a MB. */
    private static final int BLOCK_ROWS = 240;

    private static final int BLOCK_DEPTH = 4 * Strips.DEPTH;

    /** Tasks that each thread should find, so that all end at about the same time. */
    private static final int TASKS = 4;

    /** Rows that are computed in one go where they go through a copy: a number that all tiles cover exactly. */
    private static final int COPIED_ROWS = 40;

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
        int blocks = Math.ceilDiv(m, BLOCK_ROWS);
        int panelCount = PanelStorage.count(p.n);
        int threads = on.parallelism().threads();
        boolean enough = threads == 1 || blocks >= 2 * Math.max(threads, TASKS);
        int groups = enough ? 1 : Math.min(panelCount, Math.ceilDiv(TASKS * threads, blocks));
        if (groups == 1) {
            on.forEach(blocks, block -> alone(p, block * BLOCK_ROWS, Math.min(BLOCK_ROWS, m - block * BLOCK_ROWS), on));
            return;
        }
        // The groups share the strips of a block, which are then copied first.
        int most = Math.min(m, BLOCK_ROWS);
        int perBlock = Strips.size(most, p.k);
        int perGroup = Math.ceilDiv(panelCount, groups);
        ScratchArrays arrays = HostExecution.arrays(on);
        float[] strips = arrays.take(Math.multiplyExact(blocks, perBlock));
        int share = Math.clamp(COPIES / Math.max(p.k, 1), 1, most);
        int shares = Math.ceilDiv(most, share);
        on.forEach(blocks * shares, task -> {
            int first = task / shares * BLOCK_ROWS;
            int rows = Math.min(BLOCK_ROWS, m - first);
            int from = task % shares * share;
            int count = Math.min(share, rows - from);
            Strips.copy(p.a, first, rows, from, count, 0, p.k, strips, task / shares * perBlock);
        });
        on.forEach(blocks * groups, task -> {
            int first = task / groups * BLOCK_ROWS;
            int rows = Math.min(BLOCK_ROWS, m - first);
            int from = task % groups * perGroup;
            int to = Math.min(panelCount, from + perGroup);
            for (int l = 0; from < to && (l == 0 || l < p.k); l += BLOCK_DEPTH) {
                int a0 = task / groups * perBlock + Strips.at(rows, l / Strips.DEPTH);
                block(p, first, rows, from, to, l, Math.min(BLOCK_DEPTH, p.k - l), strips, a0, arrays);
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
            Strips.copy(p.a, first, rows, 0, rows, l, depth, strips, 0);
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
        float[] scratch = arrays.take(COPIED_ROWS * COLUMNS);
        for (int j = from; j < to; j++) {
            int width = PanelStorage.width(p.n, j);
            int columns = Math.min(width, p.n - j * COLUMNS);
            int shift = first * p.ldc + j * COLUMNS;
            int whole = columns == width ? GemmTile.whole(rows, width) : 0;
            for (int l = 0; l == 0 || l < depth; l += Strips.DEPTH) {
                int left = a0 + Strips.at(rows, l / Strips.DEPTH);
                int deep = Math.min(Strips.DEPTH, depth - l);
                int b0 = p.b0 + j * COLUMNS * p.k + (column + l) * width;
                boolean add = column + l > 0 || p.e.accumulate;
                float[] start = add ? p.c : p.e.bias == null ? ZEROS : p.e.bias;
                int s0 = add ? p.c0 + shift : p.e.bias == null ? 0 : p.e.biasAt + j * COLUMNS;
                int lds = add ? p.ldc : 0;
                int c0 = p.c0 + shift;
                GemmTile.multiply(strips, left, p.panels, b0, width, deep, p.c, c0, p.ldc, start, s0, lds, whole);
                for (int r = whole; r < rows; r += COPIED_ROWS) {
                    int count = Math.min(COPIED_ROWS, rows - r);
                    copied(
                            strips,
                            left + r * Strips.STRIDE,
                            p.panels,
                            b0,
                            width,
                            deep,
                            p.c,
                            c0 + r * p.ldc,
                            p.ldc,
                            start,
                            s0 + r * lds,
                            lds,
                            count,
                            columns,
                            scratch);
                }
            }
            if (column + depth >= p.k) {
                finish(p, shift, rows, columns);
            }
        }
        arrays.give(scratch);
    }

    /** A product of which not all rows and columns are wanted: through {@code scratch}. */
    private static void copied(
            float[] a,
            int a0,
            float[] b,
            int b0,
            int width,
            int depth,
            float[] c,
            int c0,
            int ldc,
            float[] start,
            int s0,
            int lds,
            int rows,
            int columns,
            float[] scratch) {
        for (int r = 0; r < rows; r++) {
            System.arraycopy(start, s0 + r * lds, scratch, r * width, columns);
        }
        int covered = GemmTile.covered(rows, width);
        GemmTile.multiply(a, a0, b, b0, width, depth, scratch, 0, width, scratch, 0, width, covered);
        for (int r = 0; r < rows; r++) {
            System.arraycopy(scratch, r * width, c, c0 + r * ldc, columns);
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
