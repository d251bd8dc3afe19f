package dev.swath.kernels.vector;

import dev.swath.kernels.Execution;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.ScratchArrays;
import dev.swath.kernels.Slice;
import dev.swath.kernels.WindowAttentionKernel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * {@code window_attention}. One task is a few heads of one window: their q (real cells only), k and v are copied into
 * the second cache in one pass over the map; then, head by head, a few rows of scores at a time go through product,
 * softmax and product without leaving the first cache.
 */
final class VectorWindowAttention implements WindowAttentionKernel {
    static final int REGIONS = 9;

    /** Heads of one task: neighbours in memory, so that the copy reads long runs. */
    private static final int HEADS = 4;

    /** Query rows whose scores exist at a time. */
    private static final int BLOCK = 24;

    @Override
    public void forward(
            Slice y, @Nullable Slice logSum, Slice qkv, Slice qkvBias, Slice table, Geometry g, Execution on) {
        int windows = g.batch() * g.windows();
        int cells = g.window() * g.window();
        int rowSize = Heads.padded(cells);
        ScratchArrays arrays = HostExecution.arrays(on);
        float[] bias = arrays.take(g.heads() * cells * rowSize);
        on.forEach(g.heads(), h -> expand(bias, h * cells * rowSize, rowSize, table, h, g));
        int groups = Math.ceilDiv(g.heads(), HEADS);
        // The heads are the outer index, so that their biases stay in the cache from window to window.
        on.forEach(groups * windows, task -> {
            Window window = new Window(g, task % windows);
            int first = task / windows * HEADS;
            group(y, logSum, qkv, qkvBias, bias, g, window, first, Math.min(g.heads(), first + HEADS), arrays);
        });
        arrays.give(bias);
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

    /**
     * Where the pieces of one task lie in its borrowed array.
     *
     * @param stride between rows of q, k and v, odd in whole vectors so that rows spread over the cache
     */
    private record Layout(int stride, int k, int v, int kColumns, int scores, int out, int mask, int size) {
        static Layout of(int cells, int rowSize, int channels, int d) {
            int stride = Heads.padded(channels) + Lanes.LENGTH;
            int k = Math.ceilDiv(cells, Tile.ROWS) * Tile.ROWS * stride;
            int v = k + cells * stride;
            int kColumns = v + cells * stride;
            int scores = kColumns + d * rowSize;
            int out = scores + BLOCK * rowSize;
            int mask = out + Tile.ROWS * Heads.padded(d);
            return new Layout(stride, k, v, kColumns, scores, out, mask, mask + REGIONS * rowSize);
        }
    }

    private void group(
            Slice y,
            @Nullable Slice logSum,
            Slice qkv,
            Slice qkvBias,
            float[] bias,
            Geometry g,
            Window window,
            int first,
            int end,
            ScratchArrays arrays) {
        int cells = window.index.length;
        int rowSize = Heads.padded(cells);
        int d = g.channels() / g.heads();
        Layout l = Layout.of(cells, rowSize, (end - first) * d, d);
        float[] a = arrays.take(l.size);
        gather(a, l, window, qkv, qkvBias, g, first * d, (end - first) * d);
        if (window.split) {
            masks(a, l.mask, rowSize, window);
        }
        for (int h = first; h < end; h++) {
            int channel = (h - first) * d;
            for (int e = 0; e < d; e++) {
                int row = l.kColumns + e * rowSize;
                Arrays.fill(a, row + cells, row + rowSize, 0f);
            }
            for (int i = 0; i < cells; i++) {
                Heads.toColumn(a, l.kColumns + i, rowSize, a, l.k + i * l.stride + channel, d);
            }
            head(logSum, bias, a, l, g, window, h, channel);
        }
        for (int r = 0; r < window.real; r++) {
            int to = y.offset() + window.index[window.cell[r]] * g.channels() + first * d;
            System.arraycopy(a, r * l.stride, y.floats(), to, (end - first) * d);
        }
        arrays.give(a);
    }

    /** Copies some neighbouring channels of q / sqrt D of the real cells and of k and v of all cells. */
    private static void gather(
            float[] a, Layout l, Window window, Slice qkv, Slice qkvBias, Geometry g, int channel, int count) {
        int c = g.channels();
        float scale = (float) (1 / Math.sqrt(c / g.heads()));
        float[] map = qkv.floats();
        float[] padding = qkvBias.floats();
        int queries = 0;
        for (int i = 0; i < window.index.length; i++) {
            boolean real = window.index[i] >= 0;
            float[] from = real ? map : padding;
            int at = (real ? qkv.offset() + window.index[i] * 3 * c : qkvBias.offset()) + channel;
            if (real) {
                Rows.scale(a, queries++ * l.stride, from, at, scale, count);
            }
            System.arraycopy(from, at + c, a, l.k + i * l.stride, count);
            System.arraycopy(from, at + 2 * c, a, l.v + i * l.stride, count);
        }
        Arrays.fill(a, queries * l.stride, Tile.rounded(queries) * l.stride, 0f);
    }

    /** Attention of one head; its output takes the place of its q. */
    private static void head(
            @Nullable Slice logSum, float[] bias, float[] a, Layout l, Geometry g, Window window, int h, int channel) {
        int cells = window.index.length;
        int rowSize = Heads.padded(cells);
        int d = g.channels() / g.heads();
        int width = Heads.padded(d);
        int bias0 = h * cells * rowSize;
        int[] biasAt = new int[BLOCK];
        int[] maskAt = new int[BLOCK];
        float[] max = new float[BLOCK];
        float[] sum = new float[BLOCK];
        float[] mask = window.split ? a : null;
        for (int first = 0; first < window.real; first += BLOCK) {
            int rows = Math.min(BLOCK, window.real - first);
            for (int r = 0; r < rows; r++) {
                int i = window.cell[first + r];
                biasAt[r] = bias0 + i * rowSize;
                maskAt[r] = l.mask + window.region[i] * rowSize;
            }
            int q = first * l.stride + channel;
            for (int r = 0; r < rows; r += Tile.ROWS) {
                int s = l.scores + r * rowSize;
                int count = Tile.rounded(Math.min(Tile.ROWS, rows - r));
                Tile.multiply(
                        count, a, s, rowSize, a, q + r * l.stride, l.stride, 1, a, l.kColumns, rowSize, rowSize, d);
            }
            Heads.exponentials(a, l.scores, rowSize, rows, rowSize, bias, biasAt, mask, maskAt, max, sum);
            for (int r = 0; r < rows; r += Tile.ROWS) {
                int s = l.scores + r * rowSize;
                int count = Tile.rounded(Math.min(Tile.ROWS, rows - r));
                // Columns behind the head's own are computed from its neighbour's v and thrown away.
                Tile.multiply(count, a, l.out, width, a, s, rowSize, 1, a, l.v + channel, l.stride, width, cells);
                for (int o = 0; o < Math.min(Tile.ROWS, rows - r); o++) {
                    Rows.scale(a, q + (r + o) * l.stride, a, l.out + o * width, 1 / sum[r + o], d);
                }
            }
            for (int r = 0; logSum != null && r < rows; r++) {
                int at = (window.number * g.heads() + h) * cells + window.cell[first + r];
                logSum.set(at, max[r] + Math.log(sum[r]));
            }
        }
    }

    /** For each region that occurs, the row that is added to its queries' scores. */
    static void masks(float[] a, int mask, int rowSize, Window window) {
        for (int r = 0; r < REGIONS; r++) {
            int row = mask + r * rowSize;
            Arrays.fill(a, row, row + rowSize, 0f);
            for (int j = 0; j < window.region.length; j++) {
                a[row + j] = window.region[j] == r ? 0f : (float) Geometry.MASKED;
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
            Execution on) {
        new WindowGradients(dQkv, dQkvBias, dTable, dy, y, logSum, qkv, qkvBias, g).run(table, on);
    }
}
