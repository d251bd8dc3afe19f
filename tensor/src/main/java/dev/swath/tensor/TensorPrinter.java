package dev.swath.tensor;

import java.util.Locale;

/** Prints a tensor like its nested lists, long axes cut in the middle. */
final class TensorPrinter {
    private static final int EDGE = 3;
    private static final int WHOLE = 2 * EDGE + 1;

    private TensorPrinter() {}

    static String print(Tensor tensor) {
        if (tensor.storage() instanceof AbsentStorage) {
            return tensor.describe();
        }
        Tensor readable = Copies.readable("print", tensor);
        StringBuilder out = new StringBuilder();
        append(out, readable, 1);
        return out.append(System.lineSeparator()).append(tensor.describe()).toString();
    }

    private static void append(StringBuilder out, Tensor t, int indent) {
        if (t.rank() == 0) {
            out.append(number(t));
            return;
        }
        out.append('[');
        int n = t.dim(0);
        String separator = t.rank() == 1 ? ", " : "," + System.lineSeparator() + " ".repeat(indent);
        for (int i = 0; i < n; i++) {
            if (n > WHOLE && i == EDGE) {
                out.append(separator).append("...");
                i = n - EDGE;
            }
            if (i > 0) {
                out.append(separator);
            }
            append(out, t.select(0, i), indent + 1);
        }
        out.append(']');
    }

    private static String number(Tensor t) {
        if (t.dtype().isFloating()) {
            double v = t.item();
            double a = Math.abs(v);
            boolean plain = a == 0 || (a >= 1e-4 && a < 1e6) || !Double.isFinite(v);
            return String.format(Locale.ROOT, plain ? "%.4f" : "%.4e", v);
        }
        return Long.toString(((HostStorage) t.storage()).getLong(t.offset()));
    }
}
