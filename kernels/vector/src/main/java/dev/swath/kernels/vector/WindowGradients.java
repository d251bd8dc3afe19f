package dev.swath.kernels.vector;

import static dev.swath.kernels.vector.Lanes.LENGTH;
import static dev.swath.kernels.vector.Lanes.SPECIES;

import dev.swath.kernels.Execution;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.Slice;
import dev.swath.kernels.WindowAttentionKernel.Geometry;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/**
 * Gradients of {@code window_attention}. Probabilities are made again from the scores and {@code logSum}. A task is
 * some windows of one head, the same for any number of threads; what its windows add to parameters is kept apart and
 * summed in order.
 */
final class WindowGradients {
    private static final int TASK_WINDOWS = 16;

    private final Slice dQkv;
    private final @Nullable Slice dQkvBias;
    private final @Nullable Slice dTable;
    private final Slice dy;
    private final Slice y;
    private final Slice logSum;
    private final Slice qkv;
    private final Slice qkvBias;
    private final Geometry g;
    private final int cells;
    private final int d;
    private final int n; // cells, in whole vectors
    private final int width; // d, in whole vectors
    private final float scale;

    WindowGradients(
            Slice dQkv,
            @Nullable Slice dQkvBias,
            @Nullable Slice dTable,
            Slice dy,
            Slice y,
            Slice logSum,
            Slice qkv,
            Slice qkvBias,
            Geometry g) {
        this.dQkv = dQkv;
        this.dQkvBias = dQkvBias;
        this.dTable = dTable;
        this.dy = dy;
        this.y = y;
        this.logSum = logSum;
        this.qkv = qkv;
        this.qkvBias = qkvBias;
        this.g = g;
        cells = g.window() * g.window();
        d = g.channels() / g.heads();
        n = Heads.padded(cells);
        width = Heads.padded(d);
        scale = (float) (1 / Math.sqrt(d));
    }

    /** Where the pieces of one window lie in its borrowed array. */
    private record Layout(
            int q, int k, int kColumns, int vColumns, int dy, int p, int ds, int out, int mask, int size) {
        static Layout of(int cells, int n, int d, int width) {
            int rows = Math.ceilDiv(cells, Tile.ROWS) * Tile.ROWS;
            int k = rows * width;
            int kColumns = k + cells * width;
            int vColumns = kColumns + d * n;
            int dy = vColumns + d * n;
            int p = dy + rows * width;
            // A block of columns may begin in the last row and end behind it.
            int ds = p + rows * n + Tile.ROWS;
            int out = ds + rows * n + Tile.ROWS;
            int mask = out + Tile.ROWS * width;
            return new Layout(0, k, kColumns, vColumns, dy, p, ds, out, mask, mask + VectorWindowAttention.REGIONS * n);
        }
    }

    void run(Slice table, Execution on) {
        int windows = g.batch() * g.windows();
        int chunks = Math.ceilDiv(windows, TASK_WINDOWS);
        int biasSize = cells * n;
        int partSize = biasSize + 2 * width; // gradient of the expanded biases, of k's and v's bias
        float[] bias = HostExecution.arrays(on).take(g.heads() * biasSize);
        float[] parts = HostExecution.arrays(on).take(g.heads() * chunks * partSize);
        on.forEach(g.heads(), h -> VectorWindowAttention.expand(bias, h * biasSize, n, table, h, g));
        Layout layout = Layout.of(cells, n, d, width);
        on.forEach(g.heads() * chunks, task -> {
            int h = task / chunks;
            int first = task % chunks * TASK_WINDOWS;
            int part = task * partSize;
            Arrays.fill(parts, part, part + partSize, 0f);
            float[] a = HostExecution.arrays(on).take(layout.size);
            for (int number = first; number < Math.min(windows, first + TASK_WINDOWS); number++) {
                window(a, layout, bias, h * biasSize, parts, part, h, number);
            }
            HostExecution.arrays(on).give(a);
        });
        on.forEach(g.heads(), h -> parameters(parts, h * chunks * partSize, partSize, chunks, h));
        HostExecution.arrays(on).give(bias);
        HostExecution.arrays(on).give(parts);
    }

    /** Adds up the parts of one head's parameter gradients. */
    private void parameters(float[] parts, int at, int partSize, int chunks, int h) {
        int side = 2 * g.window() - 1;
        double[] sum = new double[side * side];
        for (int chunk = 0; dTable != null && chunk < chunks; chunk++) {
            int part = at + chunk * partSize;
            for (int i = 0; i < cells; i++) {
                for (int j = 0; j < cells; j++) {
                    sum[g.relative(i, j)] += parts[part + i * n + j];
                }
            }
        }
        for (int i = 0; dTable != null && i < sum.length; i++) {
            dTable.add(i * g.heads() + h, sum[i]);
        }
        for (int e = 0; dQkvBias != null && e < d; e++) {
            double dk = 0;
            double dv = 0;
            for (int chunk = 0; chunk < chunks; chunk++) {
                int part = at + chunk * partSize + cells * n;
                dk += parts[part + e];
                dv += parts[part + width + e];
            }
            dQkvBias.add(g.channels() + h * d + e, dk);
            dQkvBias.add(2 * g.channels() + h * d + e, dv);
        }
    }

    private void window(float[] a, Layout l, float[] bias, int bias0, float[] parts, int part, int h, int number) {
        Window window = new Window(g, number);
        gather(a, l, window, h);
        if (window.split) {
            VectorWindowAttention.masks(a, l.mask, n, window);
        } else {
            Arrays.fill(a, l.mask, l.mask + VectorWindowAttention.REGIONS * n, 0f);
        }
        for (int first = 0; first < window.real; first += Tile.ROWS) {
            block(a, l, bias, bias0, parts, part, window, h, number, first);
        }
        int keyGradient = part + cells * n;
        for (int j = 0; j < cells; j += Tile.ROWS) {
            int count = Math.min(Tile.ROWS, cells - j);
            int rounded = Tile.rounded(count);
            Tile.multiply(rounded, a, l.out, width, a, l.ds + j, 1, n, a, l.q, width, width, window.real);
            scatter(a, l.out, window, j, count, g.channels() + h * d, parts, keyGradient);
            Tile.multiply(rounded, a, l.out, width, a, l.p + j, 1, n, a, l.dy, width, width, window.real);
            scatter(a, l.out, window, j, count, 2 * g.channels() + h * d, parts, keyGradient + width);
        }
    }

    /** Writes gradients of real cells to their place and adds those of the padding to the bias's. */
    private void scatter(
            float[] a, int out, Window window, int first, int count, int channel, float[] parts, int padding) {
        for (int r = 0; r < count; r++) {
            int index = window.index[first + r];
            if (index >= 0) {
                int to = dQkv.offset() + index * 3 * g.channels() + channel;
                System.arraycopy(a, out + r * width, dQkv.floats(), to, d);
            } else {
                Rows.add(parts, padding, a, out + r * width, d);
            }
        }
    }

    /**
     * Probabilities, gradients of scores and dq of some rows. Long, so that it is compiled alone: see {@link Heads}.
     */
    private void block(
            float[] a,
            Layout l,
            float[] bias,
            int bias0,
            float[] parts,
            int part,
            Window window,
            int h,
            int number,
            int first) {
        int rows = Math.min(Tile.ROWS, window.real - first);
        int rounded = Tile.rounded(rows);
        int c = g.channels();
        int s = l.p + first * n;
        int ds = l.ds + first * n;
        Tile.multiply(rounded, a, s, n, a, l.q + first * width, width, 1, a, l.kColumns, n, n, d);
        Tile.multiply(rounded, a, ds, n, a, l.dy + first * width, width, 1, a, l.vColumns, n, n, d);
        for (int r = 0; r < rows; r++) {
            int i = window.cell[first + r];
            int at = window.index[i] * c + h * d;
            float log = (float) logSum.get((number * g.heads() + h) * cells + i);
            float dot = Rows.dot(dy.floats(), dy.offset() + at, y.floats(), y.offset() + at, d);
            int sRow = s + r * n;
            int dsRow = ds + r * n;
            int biasRow = bias0 + i * n;
            int maskRow = l.mask + window.region[i] * n;
            int partRow = part + i * n;
            for (int j = 0; j < n; j += LENGTH) {
                FloatVector v = FloatVector.fromArray(SPECIES, a, sRow + j);
                v = v.add(FloatVector.fromArray(SPECIES, bias, biasRow + j));
                v = v.add(FloatVector.fromArray(SPECIES, a, maskRow + j));
                FloatVector p = VectorMath.expFlushed(v.sub(log));
                p.intoArray(a, sRow + j);
                FloatVector gradient =
                        FloatVector.fromArray(SPECIES, a, dsRow + j).sub(dot).mul(p);
                gradient.intoArray(a, dsRow + j);
                gradient.add(FloatVector.fromArray(SPECIES, parts, partRow + j)).intoArray(parts, partRow + j);
            }
        }
        Tile.multiply(rounded, a, l.out, width, a, ds, n, 1, a, l.k, width, width, cells);
        for (int r = 0; r < rows; r++) {
            int to = dQkv.offset() + window.index[window.cell[first + r]] * 3 * c + h * d;
            Rows.scale(dQkv.floats(), to, a, l.out + r * width, scale, d);
        }
    }

    /** q / sqrt D and dy of the real cells in rows, k of all cells in rows and columns, v of all cells in columns. */
    private void gather(float[] a, Layout l, Window window, int h) {
        int c = g.channels();
        // Zeros behind the rows and columns: they are multiplied, and must be finite.
        Arrays.fill(a, 0, l.mask, 0f);
        int row = 0;
        for (int i = 0; i < cells; i++) {
            boolean real = window.index[i] >= 0;
            float[] from = real ? qkv.floats() : qkvBias.floats();
            int at = (real ? qkv.offset() + window.index[i] * 3 * c : qkvBias.offset()) + h * d;
            if (real) {
                Rows.scale(a, l.q + row * width, from, at, scale, d);
                System.arraycopy(dy.floats(), dy.offset() + window.index[i] * c + h * d, a, l.dy + row * width, d);
                row++;
            }
            System.arraycopy(from, at + c, a, l.k + i * width, d);
            Heads.toColumn(a, l.kColumns + i, n, from, at + c, d);
            Heads.toColumn(a, l.vColumns + i, n, from, at + 2 * c, d);
        }
    }
}
