package dev.swath.nn.inspect;

import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.List;

/** Ops that bring numbers from one place to another, or take means of neighbours. */
final class Moves {
    private Moves() {}

    static Explanation resize(Sheet s) {
        Tensor x = s.input("x");
        Shape out = s.op.shape();
        boolean corners = s.flag("alignCorners");
        double row = source(s.cell[1], x.dim(1), out.dim(1), corners);
        double column = source(s.cell[2], x.dim(2), out.dim(2), corners);
        s.formula(
                        "y = sum of the four cells around (row, column) of the input, each by its share",
                        "x",
                        "share",
                        "x share")
                .line("row", row)
                .line("column", column);
        int top = Math.min((int) row, x.dim(1) - 1);
        int left = Math.min((int) column, x.dim(2) - 1);
        double sum = 0;
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 2; j++) {
                int r = Math.min(top + i, x.dim(1) - 1);
                int c = Math.min(left + j, x.dim(2) - 1);
                double share = (i == 0 ? 1 - (row - top) : row - top) * (j == 0 ? 1 - (column - left) : column - left);
                double v = x.get(s.cell[0], r, c, s.cell[3]);
                s.row("row " + r + ", column " + c, v, share, v * share);
                sum += v * share;
            }
        }
        return s.value(sum);
    }

    private static double source(int i, int in, int out, boolean corners) {
        if (corners) {
            return out == 1 ? 0 : (double) i * (in - 1) / (out - 1);
        }
        return Math.max(0, (i + 0.5) * in / out - 0.5);
    }

    static Explanation pool(Sheet s) {
        Tensor x = s.input("x");
        Shape out = s.op.shape();
        s.formula("y = mean of the cells of the input that the output cell covers", "x");
        double sum = 0;
        int n = 0;
        int bottom = Math.ceilDiv((s.cell[1] + 1) * x.dim(1), out.dim(1));
        int right = Math.ceilDiv((s.cell[2] + 1) * x.dim(2), out.dim(2));
        for (int r = s.cell[1] * x.dim(1) / out.dim(1); r < bottom; r++) {
            for (int c = s.cell[2] * x.dim(2) / out.dim(2); c < right; c++) {
                double v = x.get(s.cell[0], r, c, s.cell[3]);
                s.row("row " + r + ", column " + c, v);
                sum += v;
                n++;
            }
        }
        return s.line("cells", n).value(sum / n);
    }

    /** One element of an input, in another place. */
    static Explanation moved(Sheet s) {
        String name = s.inputs("x").isEmpty() ? "table" : s.inputs("x").getFirst();
        int[] from = s.cell.clone();
        switch (s.op.op()) {
            case "reshape" -> from = unravel(s.input(name).shape(), ravel(s.op.shape(), s.cell));
            case "permute" -> {
                List<?> order = (List<?>) s.setting("order");
                from = new int[s.cell.length];
                for (int i = 0; i < from.length; i++) {
                    from[s.input(name).shape().axis((Integer) order.get(i))] = s.cell[i];
                }
            }
            case "narrow" -> from[s.input(name).shape().axis(s.integer("axis"))] += s.integer("from");
            case "roll" -> {
                from[1] =
                        Math.floorMod(from[1] - s.integer("rows"), s.op.shape().dim(1));
                from[2] = Math.floorMod(
                        from[2] - s.integer("columns"), s.op.shape().dim(2));
            }
            case "embedding" -> {
                Tensor ids = s.input("ids");
                int[] at = java.util.Arrays.copyOf(s.cell, s.cell.length - 1);
                from = new int[] {(int) ids.get(at), s.cell[s.cell.length - 1]};
            }
            case "patch_merge" -> {
                // The patch's cells in the order (0,0), (1,0), (0,1), (1,1).
                int channels = s.input(name).dim(3);
                int part = from[3] / channels;
                from = new int[] {from[0], 2 * from[1] + part % 2, 2 * from[2] + part / 2, from[3] % channels};
            }
            case "concat" -> {
                int axis = s.integer("axis");
                for (String each : s.inputs("x")) {
                    name = each;
                    if (from[axis] < s.input(each).dim(axis)) {
                        break;
                    }
                    from[axis] -= s.input(each).dim(axis);
                }
            }
            default -> {}
        }
        s.formula("y = " + name + Sheet.at(from));
        Tensor x = s.input(name);
        boolean inside = true;
        for (int i = 0; i < from.length; i++) {
            inside &= from[i] < x.dim(i);
        }
        double v = inside ? x.get(from) : 0;
        return s.line(inside ? name + Sheet.at(from) : "padding", v).value(v);
    }

    private static long ravel(Shape shape, int[] index) {
        long at = 0;
        for (int i = 0; i < index.length; i++) {
            at = at * shape.dim(i) + index[i];
        }
        return at;
    }

    private static int[] unravel(Shape shape, long at) {
        int[] out = new int[shape.rank()];
        long rest = at;
        for (int i = out.length - 1; i >= 0; i--) {
            out[i] = (int) (rest % shape.dim(i));
            rest /= shape.dim(i);
        }
        return out;
    }
}
