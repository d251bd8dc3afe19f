package dev.swath.nn.inspect;

import dev.swath.tensor.Tensor;

/** Ops that bring numbers to a scale. */
final class Norms {
    private Norms() {}

    static Explanation layer(Sheet s) {
        int last = s.cell.length - 1;
        double standard = standard(s, last);
        int c = s.cell[last];
        double weight = s.input("weight").get(c);
        double bias = s.input("bias").get(c);
        return s.formula(
                        "y = (x - mean) / sqrt(variance + eps) * weight + bias, over the last axis",
                        "x",
                        "(x - mean)^2")
                .line("standardised", standard)
                .line("weight", weight)
                .line("bias", bias)
                .value(standard * weight + bias);
    }

    static Explanation instance(Sheet s) {
        double standard = standard(s, 1);
        return s.formula("y = (x - mean) / sqrt(variance + eps), over the cells of a channel", "x", "(x - mean)^2")
                .value(standard);
    }

    /** (x - mean) / sqrt(variance + eps) along an axis, with the biased variance. */
    private static double standard(Sheet s, int axis) {
        Tensor x = s.input("x");
        int n = x.dim(axis);
        double mean = 0;
        for (int i = 0; i < n; i++) {
            mean += x.get(s.with(axis, i)) / n;
        }
        double variance = 0;
        for (int i = 0; i < n; i++) {
            double v = x.get(s.with(axis, i));
            variance += (v - mean) * (v - mean) / n;
            s.row(Sheet.at(s.with(axis, i)), v, (v - mean) * (v - mean));
        }
        double own = x.get(s.cell);
        s.line("mean", mean)
                .line("variance", variance)
                .line("eps", s.number("eps"))
                .line("x", own);
        return (own - mean) / Math.sqrt(variance + s.number("eps"));
    }

    static Explanation batch(Sheet s) {
        int c = s.cell[s.cell.length - 1];
        double x = s.input("x").get(s.cell);
        double mean = s.input("mean").get(c);
        double variance = s.input("variance").get(c);
        double weight = s.input("weight").get(c);
        double bias = s.input("bias").get(c);
        double y = (x - mean) / Math.sqrt(variance + s.number("eps")) * weight + bias;
        s.formula("y = f((x - mean) / sqrt(variance + eps) * weight + bias), by the channel's statistics")
                .line("x", x)
                .line("mean", mean)
                .line("variance", variance)
                .line("eps", s.number("eps"))
                .line("weight", weight)
                .line("bias", bias);
        return s.value(Explain.applied(s, y));
    }

    static Explanation softmax(Sheet s, boolean log) {
        Tensor x = s.input("x");
        int last = s.cell.length - 1;
        s.formula(
                log ? "y = x - max - log(sum of exp(x - max))" : "y = exp(x - max) / sum of exp(x - max)",
                "x",
                "exp(x - max)");
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < x.dim(last); i++) {
            max = Math.max(max, x.get(s.with(last, i)));
        }
        double sum = 0;
        for (int i = 0; i < x.dim(last); i++) {
            double v = x.get(s.with(last, i));
            s.row(Sheet.at(s.with(last, i)), v, Math.exp(v - max));
            sum += Math.exp(v - max);
        }
        double own = x.get(s.cell);
        s.line("max", max).line("sum", sum).line("x", own);
        return s.value(log ? own - max - Math.log(sum) : Math.exp(own - max) / sum);
    }
}
