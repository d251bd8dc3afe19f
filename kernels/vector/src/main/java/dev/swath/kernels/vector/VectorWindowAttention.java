package dev.swath.kernels.vector;

import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Slice;
import dev.swath.kernels.WindowAttentionKernel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * {@code window_attention}. One task is one head of one window: q (real cells only), k transposed and v are gathered into
 * some tens of kilobytes, then a few rows of scores at a time go through product, softmax and product without leaving the
 * first cache.
 */
final class VectorWindowAttention implements WindowAttentionKernel {
    private static final float MASKED = -100f;
    static final int REGIONS = 9;

    private final Scratch scratch;

    VectorWindowAttention(Scratch scratch) {
        this.scratch = scratch;
    }

    @Override
    public void forward(
            Slice y, @Nullable Slice logSum, Slice qkv, Slice qkvBias, Slice table, Geometry g, Parallelism p) {
        int windows = g.batch() * Window.count(g);
        int cells = g.window() * g.window();
        int rowSize = Heads.padded(cells);
        float[] bias = scratch.take(g.heads() * cells * rowSize);
        p.forEach(g.heads(), h -> expand(bias, h * cells * rowSize, rowSize, table, h, g));
        // The head is the outer index, so that its biases stay in the cache from window to window.
        p.forEach(g.heads() * windows, task -> {
            int h = task / windows;
            head(y, logSum, qkv, qkvBias, bias, h * cells * rowSize, rowSize, g, h, task % windows);
        });
        scratch.give(bias);
    }

    /** bias[i][j] = table[relative position of i and j][h], with {@link Heads#NOTHING} behind the last cell. */
    static void expand(float[] bias, int at, int rowSize, Slice table, int h, Geometry g) {
        int m = g.window();
        int side = 2 * m - 1;
        float[] t = table.floats();
        // Reversed, a query's biases for one row of keys are m neighbours.
        float[] reversed = new float[side * side];
        for (int i = 0; i < reversed.length; i++) {
            reversed[reversed.length - 1 - i] = t[table.offset() + i * g.heads() + h];
        }
        for (int i = 0; i < m * m; i++) {
            int row = at + i * rowSize;
            int first = (m - 1 - i / m) * side + (m - 1 - i % m);
            for (int r = 0; r < m; r++) {
                System.arraycopy(reversed, first + r * side, bias, row + r * m, m);
            }
            Arrays.fill(bias, row + m * m, row + rowSize, Heads.NOTHING);
        }
    }

    private void head(
            Slice y,
            @Nullable Slice logSum,
            Slice qkv,
            Slice qkvBias,
            float[] bias,
            int bias0,
            int rowSize,
            Geometry g,
            int h,
            int number) {
        Window window = new Window(g, number);
        int cells = window.index.length;
        int d = g.channels() / g.heads();
        int width = Heads.padded(d);
        // Offsets in one borrowed array.
        int q = 0;
        int k = q + Tile.rounded(window.real) * d;
        int v = k + d * rowSize;
        int s = v + cells * width;
        int o = s + Tile.ROWS * rowSize;
        int mask = o + Tile.ROWS * width;
        float[] a = scratch.take(mask + REGIONS * rowSize);
        gather(a, q, k, v, rowSize, width, window, qkv, qkvBias, g, h);
        if (window.split) {
            masks(a, mask, rowSize, window);
        }
        int[] biasAt = new int[Tile.ROWS];
        int[] maskAt = new int[Tile.ROWS];
        float[] max = new float[Tile.ROWS];
        float[] sum = new float[Tile.ROWS];
        for (int first = 0; first < window.real; first += Tile.ROWS) {
            int rows = Math.min(Tile.ROWS, window.real - first);
            int rounded = Tile.rounded(rows);
            for (int r = 0; r < rows; r++) {
                int i = window.cell[first + r];
                biasAt[r] = bias0 + i * rowSize;
                maskAt[r] = mask + window.region[i] * rowSize;
            }
            Tile.multiply(rounded, a, s, rowSize, a, q + first * d, d, a, k, rowSize, rowSize, d);
            Heads.exponentials(a, s, rowSize, rows, rowSize, bias, biasAt, window.split ? a : null, maskAt, max, sum);
            Tile.multiply(rounded, a, o, width, a, s, rowSize, a, v, width, width, cells);
            for (int r = 0; r < rows; r++) {
                int i = window.cell[first + r];
                Rows.scale(
                        y.floats(),
                        y.offset() + window.index[i] * g.channels() + h * d,
                        a,
                        o + r * width,
                        1 / sum[r],
                        d);
                if (logSum != null) {
                    logSum.set((number * g.heads() + h) * cells + i, max[r] + Math.log(sum[r]));
                }
            }
        }
        scratch.give(a);
    }

    /** q / sqrt D of the real cells (rows of D), k of all cells (D rows), v of all cells (rows of D, padded). */
    private static void gather(
            float[] a,
            int q,
            int k,
            int v,
            int rowSize,
            int width,
            Window window,
            Slice qkv,
            Slice qkvBias,
            Geometry g,
            int h) {
        int c = g.channels();
        int d = c / g.heads();
        float scale = (float) (1 / Math.sqrt(d));
        float[] map = qkv.floats();
        float[] padding = qkvBias.floats();
        int queries = 0;
        for (int i = 0; i < window.index.length; i++) {
            boolean real = window.index[i] >= 0;
            float[] from = real ? map : padding;
            int at = (real ? qkv.offset() + window.index[i] * 3 * c : qkvBias.offset()) + h * d;
            if (real) {
                Rows.scale(a, q + queries++ * d, from, at, scale, d);
            }
            Heads.toColumn(a, k + i, rowSize, from, at + c, d);
            System.arraycopy(from, at + 2 * c, a, v + i * width, d);
        }
        // What only fills up blocks and vectors must be finite: it is multiplied by 0 or thrown away.
        Arrays.fill(a, q + queries * d, k, 0f);
        for (int e = 0; e < d; e++) {
            Arrays.fill(a, k + e * rowSize + window.index.length, k + (e + 1) * rowSize, 0f);
        }
        if (width > d) {
            for (int i = 0; i < window.index.length; i++) {
                Arrays.fill(a, v + i * width + d, v + (i + 1) * width, 0f);
            }
        }
    }

    /** For each region that occurs, the row that is added to its queries' scores. */
    static void masks(float[] a, int mask, int rowSize, Window window) {
        for (int r = 0; r < REGIONS; r++) {
            int row = mask + r * rowSize;
            Arrays.fill(a, row, row + rowSize, 0f);
            for (int j = 0; j < window.region.length; j++) {
                a[row + j] = window.region[j] == r ? 0f : MASKED;
            }
        }
    }

    @Override
    public void backward(
            Slice dQkv,
            @Nullable Slice dQkvBias,
            @Nullable Slice dTable,
            Slice dy,
            Slice y,
            Slice logSum,
            Slice qkv,
            Slice qkvBias,
            Slice table,
            Geometry g,
            Parallelism p) {
        new WindowGradients(scratch, dQkv, dQkvBias, dTable, dy, y, logSum, qkv, qkvBias, g).run(table, p);
    }
}
