package dev.swath.kernels.scalar;

import dev.swath.kernels.AttentionKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import org.jspecify.annotations.Nullable;

/** {@code attention}, the truth. */
final class ScalarAttention implements AttentionKernel {
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
        int width = g.channels() / g.heads();
        on.forEach(g.batch() * g.queries(), row -> {
            int b = row / g.queries();
            double[] w = new double[g.keys()];
            for (int h = 0; h < g.heads(); h++) {
                double max = Double.NEGATIVE_INFINITY;
                for (int j = 0; j < g.keys(); j++) {
                    double dot = 0;
                    for (int d = 0; d < width; d++) {
                        dot += q.get((int) (row * rowQ) + h * width + d)
                                * k.get((int) ((b * g.keys() + j) * rowK) + h * width + d);
                    }
                    w[j] = g.scale() * dot + 1e4 * mask.get(b * g.keys() + j) - 1e4;
                    max = Math.max(max, w[j]);
                }
                double sum = 0;
                for (int j = 0; j < g.keys(); j++) {
                    w[j] = Math.exp(w[j] - max);
                    sum += w[j];
                }
                int at = ((b * g.heads() + h) * g.queries() + row % g.queries()) * g.keys();
                for (int j = 0; j < g.keys(); j++) {
                    w[j] /= sum;
                    if (probabilities != null) {
                        probabilities.set(at + j, w[j]);
                    }
                    w[j] *= dropout == null ? 1 : dropout.get(at + j);
                }
                for (int d = 0; d < width; d++) {
                    double mix = 0;
                    for (int j = 0; j < g.keys(); j++) {
                        mix += w[j] * v.get((int) ((b * g.keys() + j) * rowV) + h * width + d);
                    }
                    y.set(row * g.channels() + h * width + d, mix);
                }
            }
        });
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
        int width = g.channels() / g.heads();
        int c = g.channels();
        on.forEach(g.batch() * g.heads(), task -> {
            int b = task / g.heads();
            int h = task % g.heads();
            double[] dw = new double[g.keys()];
            double[] dks = new double[g.keys() * width];
            double[] dvs = new double[g.keys() * width];
            for (int i = 0; i < g.queries(); i++) {
                int row = b * g.queries() + i;
                int at = (task * g.queries() + i) * g.keys();
                double sum = 0;
                for (int j = 0; j < g.keys(); j++) {
                    double drop = dropout == null ? 1 : dropout.get(at + j);
                    double dot = 0;
                    for (int d = 0; d < width; d++) {
                        double gradient = dy.get(row * c + h * width + d);
                        dot += gradient * v.get((int) ((b * g.keys() + j) * rowV) + h * width + d);
                        dvs[j * width + d] += probabilities.get(at + j) * drop * gradient;
                    }
                    dw[j] = dot * drop;
                    sum += dw[j] * probabilities.get(at + j);
                }
                for (int d = 0; d < width; d++) {
                    double dqd = 0;
                    double qd = q.get((int) (row * rowQ) + h * width + d);
                    for (int j = 0; j < g.keys(); j++) {
                        double ds = g.scale() * probabilities.get(at + j) * (dw[j] - sum);
                        dqd += ds * k.get((int) ((b * g.keys() + j) * rowK) + h * width + d);
                        dks[j * width + d] += ds * qd;
                    }
                    dq.set(row * c + h * width + d, dqd);
                }
            }
            for (int j = 0; j < g.keys(); j++) {
                for (int d = 0; d < width; d++) {
                    dk.set((b * g.keys() + j) * c + h * width + d, dks[j * width + d]);
                    dv.set((b * g.keys() + j) * c + h * width + d, dvs[j * width + d]);
                }
            }
        });
    }
}
