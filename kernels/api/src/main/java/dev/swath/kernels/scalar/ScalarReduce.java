package dev.swath.kernels.scalar;

import dev.swath.kernels.Execution;
import dev.swath.kernels.ReduceKernel;
import dev.swath.kernels.Slice;

/** {@code sum}, {@code mean}, {@code max}, the truth. */
final class ScalarReduce implements ReduceKernel {
    @Override
    public void forward(Slice y, Slice x, Function f, int outer, int axis, int inner, Execution on) {
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                double value = f == Function.MAX ? Double.NEGATIVE_INFINITY : 0;
                for (int a = 0; a < axis; a++) {
                    double v = x.get((o * axis + a) * inner + i);
                    value = f == Function.MAX ? Math.max(value, v) : value + v;
                }
                y.set(o * inner + i, f == Function.MEAN ? value / axis : value);
            }
        }
    }

    @Override
    public void backward(
            Slice dx, Slice dy, Slice x, Slice y, Function f, int outer, int axis, int inner, Execution on) {
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                double g = dy.get(o * inner + i);
                boolean given = false;
                for (int a = 0; a < axis; a++) {
                    int at = (o * axis + a) * inner + i;
                    if (f == Function.MAX) {
                        boolean first = !given && x.get(at) == y.get(o * inner + i);
                        dx.set(at, first ? g : 0);
                        given |= first;
                    } else {
                        dx.set(at, f == Function.MEAN ? g / axis : g);
                    }
                }
            }
        }
    }
}
