package dev.swath.kernels.scalar;

import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import dev.swath.kernels.WindowAttentionKernel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** {@code window_attention}, the truth. */
final class ScalarWindowAttention implements WindowAttentionKernel {
    @Override
    public void forward(
            Slice y, @Nullable Slice logSum, Slice qkv, Slice qkvBias, Slice table, Geometry g, Execution on) {
        int c = g.channels();
        int d = c / g.heads();
        on.forEach(g.batch() * g.windows(), task -> {
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
        double max = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < w.cells; j++) {
            double dot = 0;
            for (int e = 0; e < d; e++) {
                dot += w.read(qkv, qkvBias, i, h * d + e) * w.read(qkv, qkvBias, j, c + h * d + e);
            }
            double mask = w.region[i] == w.region[j] ? 0 : Geometry.MASKED;
            score[j] = dot / Math.sqrt(d) + table.get(g.relative(i, j) * g.heads() + h) + mask;
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
        for (int task = 0; task < g.batch() * g.windows(); task++) {
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
                            dTable.add(g.relative(i, j) * g.heads() + h, dScore);
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

    /** Where the cells of one window lie in the grid, and which of them see each other. */
    private static final class Window {
        final int cells;
        final int[] index;
        final int[] region;
        private final int width;

        Window(Geometry g, int number) {
            cells = g.cells();
            width = 3 * g.channels();
            index = new int[cells];
            region = new int[cells];
            Arrays.setAll(index, i -> g.index(number, i));
            Arrays.setAll(region, i -> g.region(number, i));
        }

        double read(Slice qkv, Slice qkvBias, int cell, int channel) {
            return index[cell] >= 0 ? qkv.get(index[cell] * width + channel) : qkvBias.get(channel);
        }
    }
}
