package dev.swath.kernels.scalar;

import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import dev.swath.kernels.WindowAttentionKernel;
import org.jspecify.annotations.Nullable;

/** {@code window_attention}, the truth. */
final class ScalarWindowAttention implements WindowAttentionKernel {
    private static final double MASKED = -100;

    @Override
    public void forward(
            Slice y, @Nullable Slice logSum, Slice qkv, Slice qkvBias, Slice table, Geometry g, Execution on) {
        int c = g.channels();
        int d = c / g.heads();
        on.forEach(g.batch() * windows(g), task -> {
            Window w = new Window(g, task);
            double[] score = new double[w.cells];
            for (int h = 0; h < g.heads(); h++) {
                for (int i = 0; i < w.cells; i++) {
                    if (w.index[i] < 0) {
                        continue;
                    }
                    double log = scores(score, w, g, h, i, qkv, qkvBias, table);
                    if (logSum != null) {
                        logSum.set((task * g.heads() + h) * w.cells + i, log);
                    }
                    for (int e = 0; e < d; e++) {
                        double mix = 0;
                        for (int j = 0; j < w.cells; j++) {
                            mix += Math.exp(score[j] - log) * w.read(qkv, qkvBias, j, 2 * c + h * d + e);
                        }
                        y.set(w.index[i] * c + h * d + e, mix);
                    }
                }
            }
        });
    }

    /** Fills one query's scores and returns the logarithm of the sum of their exponentials. */
    private static double scores(
            double[] score, Window w, Geometry g, int h, int i, Slice qkv, Slice qkvBias, Slice table) {
        int c = g.channels();
        int d = c / g.heads();
        int m = g.window();
        double max = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < w.cells; j++) {
            double dot = 0;
            for (int e = 0; e < d; e++) {
                dot += w.read(qkv, qkvBias, i, h * d + e) * w.read(qkv, qkvBias, j, c + h * d + e);
            }
            double mask = w.region[i] == w.region[j] ? 0 : MASKED;
            score[j] = dot / Math.sqrt(d) + table.get(relative(i, j, m) * g.heads() + h) + mask;
            max = Math.max(max, score[j]);
        }
        double sum = 0;
        for (int j = 0; j < w.cells; j++) {
            sum += Math.exp(score[j] - max);
        }
        return max + Math.log(sum);
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
        int c = g.channels();
        int d = c / g.heads();
        for (int task = 0; task < g.batch() * windows(g); task++) {
            Window w = new Window(g, task);
            double[] score = new double[w.cells];
            double[] local = new double[w.cells * 3 * c]; // gradients of q, k, v of this window's cells
            for (int h = 0; h < g.heads(); h++) {
                for (int i = 0; i < w.cells; i++) {
                    if (w.index[i] < 0) {
                        continue;
                    }
                    scores(score, w, g, h, i, qkv, qkvBias, table);
                    double log = logSum.get((task * g.heads() + h) * w.cells + i);
                    double dot = 0; // sum over keys of dP P = dy . y
                    for (int e = 0; e < d; e++) {
                        int at = w.index[i] * c + h * d + e;
                        dot += dy.get(at) * y.get(at);
                    }
                    for (int j = 0; j < w.cells; j++) {
                        double probability = Math.exp(score[j] - log);
                        double dProbability = 0;
                        for (int e = 0; e < d; e++) {
                            double gradient = dy.get(w.index[i] * c + h * d + e);
                            dProbability += gradient * w.read(qkv, qkvBias, j, 2 * c + h * d + e);
                            local[j * 3 * c + 2 * c + h * d + e] += probability * gradient;
                        }
                        double dScore = probability * (dProbability - dot);
                        if (dTable != null) {
                            dTable.add(relative(i, j, g.window()) * g.heads() + h, dScore);
                        }
                        for (int e = 0; e < d; e++) {
                            local[i * 3 * c + h * d + e] +=
                                    dScore / Math.sqrt(d) * w.read(qkv, qkvBias, j, c + h * d + e);
                            local[j * 3 * c + c + h * d + e] +=
                                    dScore / Math.sqrt(d) * w.read(qkv, qkvBias, i, h * d + e);
                        }
                    }
                }
            }
            for (int i = 0; i < w.cells; i++) {
                for (int e = 0; e < 3 * c; e++) {
                    if (w.index[i] >= 0) {
                        dQkv.set(w.index[i] * 3 * c + e, local[i * 3 * c + e]);
                    } else if (dQkvBias != null) {
                        dQkvBias.add(e, local[i * 3 * c + e]);
                    }
                }
            }
        }
    }

    private static int windows(Geometry g) {
        return Math.ceilDiv(g.height(), g.window()) * Math.ceilDiv(g.width(), g.window());
    }

    /** Row of the bias table for query cell a and key cell b of a window of side m. */
    private static int relative(int a, int b, int m) {
        return (a / m - b / m + m - 1) * (2 * m - 1) + (a % m - b % m + m - 1);
    }

    /** Where the cells of one window lie in the grid, and which of them see each other. */
    private static final class Window {
        final int cells;
        final int[] index; // cell of the (B, H, W) grid, or -1 in the padding
        final int[] region;
        private final int width;

        Window(Geometry g, int task) {
            int m = g.window();
            int across = Math.ceilDiv(g.width(), m);
            int paddedHeight = Math.ceilDiv(g.height(), m) * m;
            int paddedWidth = across * m;
            int b = task / windows(g);
            int number = task % windows(g);
            cells = m * m;
            width = 3 * g.channels();
            index = new int[cells];
            region = new int[cells];
            for (int i = 0; i < cells; i++) {
                int row = number / across * m + i / m; // in the rolled grid
                int column = number % across * m + i % m;
                int fromRow = (row + g.shift()) % paddedHeight;
                int fromColumn = (column + g.shift()) % paddedWidth;
                boolean real = fromRow < g.height() && fromColumn < g.width();
                index[i] = real ? (b * g.height() + fromRow) * g.width() + fromColumn : -1;
                region[i] = g.shift() == 0 ? 0 : 3 * band(row, paddedHeight, g) + band(column, paddedWidth, g);
            }
        }

        private static int band(int i, int n, Geometry g) {
            return i < n - g.window() ? 0 : i < n - g.shift() ? 1 : 2;
        }

        double read(Slice qkv, Slice qkvBias, int cell, int channel) {
            return index[cell] >= 0 ? qkv.get(index[cell] * width + channel) : qkvBias.get(channel);
        }
    }
}
