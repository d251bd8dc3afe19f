package dev.swath.nn.inspect;

import dev.swath.kernels.WindowAttentionKernel.Geometry;
import dev.swath.tensor.Tensor;

/** Ops that add up products. */
final class Products {
    private Products() {}

    static Explanation linear(Sheet s) {
        Tensor x = s.input("x");
        Tensor w = s.input("weight");
        int n = s.cell[s.cell.length - 1];
        s.formula("y = f(sum over k of x[k] W[n,k] + bias[n]) + residual", "x", "W", "x W");
        double sum = 0;
        for (int k = 0; k < w.dim(1); k++) {
            double a = x.get(s.with(s.cell.length - 1, k));
            double b = w.get(n, k);
            s.row("k = " + k, a, b, a * b);
            sum += a * b;
        }
        double y = finished(s, sum, n);
        if (s.has("residual")) {
            double r = s.input("residual").get(s.cell);
            s.line("residual", r);
            y += r;
        }
        return s.value(y);
    }

    /** f(sum + bias). */
    private static double finished(Sheet s, double sum, int channel) {
        s.line("sum of products", sum);
        double y = sum;
        if (s.has("bias")) {
            double bias = s.input("bias").get(channel);
            s.line("bias", bias);
            y += bias;
        }
        return Explain.applied(s, y);
    }

    static Explanation conv2d(Sheet s) {
        Tensor w = s.input("weight");
        int stride = s.integer("stride");
        int dilation = s.integer("dilation");
        int groups = s.integer("groups");
        int out = s.cell[3];
        int first = out / (w.dim(0) / groups) * w.dim(1);
        s.formula(
                "y = f(sum over channels i and taps p of x[i, p] W[o, i, p] + bias[o]), taps outside of the map are 0",
                "x",
                "W",
                "x W");
        double sum = 0;
        for (int r = 0; r < w.dim(2); r++) {
            int row = s.cell[1] * stride - s.integer("padding") + r * dilation;
            for (int c = 0; c < w.dim(3); c++) {
                int column = s.cell[2] * stride - s.integer("padding") + c * dilation;
                for (int i = 0; i < w.dim(1); i++) {
                    double a = channel(s, row, column, first + i);
                    double b = w.get(out, i, r, c);
                    s.row("row " + row + ", column " + column + ", channel " + (first + i), a, b, a * b);
                    sum += a * b;
                }
            }
        }
        return s.value(finished(s, sum, out));
    }

    /** Of the inputs one behind the other; 0 outside of the map. */
    private static double channel(Sheet s, int row, int column, int channel) {
        int at = channel;
        for (String name : s.inputs("x")) {
            Tensor x = s.input(name);
            if (at < x.dim(3)) {
                boolean inside = row >= 0 && row < x.dim(1) && column >= 0 && column < x.dim(2);
                return inside ? x.get(s.cell[0], row, column, at) : 0;
            }
            at -= x.dim(3);
        }
        throw new IllegalStateException("channel " + channel);
    }

    static Explanation matmul(Sheet s) {
        Tensor a = s.input("a");
        Tensor b = s.input("b");
        int rank = s.cell.length;
        s.formula("y[m,n] = sum over k of a[m,k] b[k,n]", "a", "b", "a b");
        double sum = 0;
        for (int k = 0; k < a.dim(-1); k++) {
            int[] left = s.with(rank - 1, k);
            int[] right = s.with(rank - 2, k);
            double x = a.get(matrix(a, left));
            double y = b.get(matrix(b, right));
            s.row("k = " + k, x, y, x * y);
            sum += x * y;
        }
        return s.value(sum);
    }

    /** Leading axes broadcast, the last two do not. */
    private static int[] matrix(Tensor t, int[] index) {
        int[] out = Explain.broadcast(t, index);
        out[t.rank() - 2] = index[index.length - 2];
        out[t.rank() - 1] = index[index.length - 1];
        return out;
    }

    static Explanation attention(Sheet s) {
        Tensor q = s.input("q");
        Tensor k = s.input("k");
        Tensor v = s.input("v");
        Tensor mask = s.input("mask");
        int b = s.cell[0];
        int width = q.dim(2) / s.integer("heads");
        int from = s.cell[2] / width * width;
        double scale = s.number("scale");
        s.formula(
                "y = sum over keys n of w[n] v[n], w = softmax(scale q k[n] + 1e4 mask[n] - 1e4), head "
                        + s.cell[2] / width,
                "q k",
                "scale q k",
                "mask",
                "score",
                "w",
                "v",
                "w v");
        double[] dots = new double[k.dim(1)];
        double[] scores = new double[k.dim(1)];
        for (int n = 0; n < dots.length; n++) {
            for (int c = from; c < from + width; c++) {
                dots[n] += q.get(b, s.cell[1], c) * k.get(b, n, c);
            }
            scores[n] = scale * dots[n] + 1e4 * mask.get(b, n) - 1e4;
        }
        double[] weights = scores.clone();
        AttentionWeights.softmax(weights);
        double sum = 0;
        for (int n = 0; n < dots.length; n++) {
            double x = v.get(b, n, s.cell[2]);
            s.row("key " + n, dots[n], scale * dots[n], mask.get(b, n), scores[n], weights[n], x, weights[n] * x);
            sum += weights[n] * x;
        }
        return s.value(sum);
    }

    static Explanation windowAttention(Sheet s) {
        Tensor qkv = s.input("qkv");
        Tensor table = s.input("table");
        int channels = qkv.dim(3) / 3;
        Geometry g = new Geometry(
                qkv.dim(0),
                qkv.dim(1),
                qkv.dim(2),
                channels,
                s.integer("heads"),
                s.integer("window"),
                s.integer("shift"));
        int place = (s.cell[0] * g.height() + s.cell[1]) * g.width() + s.cell[2];
        int window = -1;
        int query = -1;
        for (int w = s.cell[0] * g.windows(); w < (s.cell[0] + 1) * g.windows() && window < 0; w++) {
            for (int c = 0; c < g.cells(); c++) {
                if (g.index(w, c) == place) {
                    window = w;
                    query = c;
                }
            }
        }
        int width = channels / g.heads();
        int head = s.cell[3] / width;
        double scale = 1 / Math.sqrt(width);
        s.formula(
                "y = sum over the window's cells n of w[n] v[n], w = softmax(q k[n] / sqrt D + bias + mask), head "
                        + head + ", D = " + width,
                "q k",
                "q k / sqrt D",
                "bias",
                "mask",
                "score",
                "w",
                "v",
                "w v");
        int keys = g.cells();
        double[] dots = new double[keys];
        double[] scores = new double[keys];
        for (int n = 0; n < keys; n++) {
            for (int c = head * width; c < (head + 1) * width; c++) {
                dots[n] += part(s, g, window, query, c) * part(s, g, window, n, channels + c);
            }
            scores[n] = scale * dots[n] + table.get(g.relative(query, n), head) + hidden(g, window, query, n);
        }
        double[] weights = scores.clone();
        AttentionWeights.softmax(weights);
        double sum = 0;
        for (int n = 0; n < keys; n++) {
            double v = part(s, g, window, n, 2 * channels + s.cell[3]);
            s.row(
                    label(g, window, n),
                    dots[n],
                    scale * dots[n],
                    table.get(g.relative(query, n), head),
                    hidden(g, window, query, n),
                    scores[n],
                    weights[n],
                    v,
                    weights[n] * v);
            sum += weights[n] * v;
        }
        return s.value(sum);
    }

    private static double hidden(Geometry g, int window, int query, int key) {
        return g.region(window, query) == g.region(window, key) ? 0 : Geometry.MASKED;
    }

    private static String label(Geometry g, int window, int cell) {
        int m = g.window();
        return g.index(window, cell) < 0
                ? "padding"
                : "row " + g.row(window, cell / m) + ", column " + g.column(window, cell % m);
    }

    /** A number of the projection; the projection's bias where the cell is padding. */
    private static double part(Sheet s, Geometry g, int window, int cell, int channel) {
        int m = g.window();
        return g.index(window, cell) < 0
                ? s.input("qkvBias").get(channel)
                : s.input("qkv").get(s.cell[0], g.row(window, cell / m), g.column(window, cell % m), channel);
    }
}
