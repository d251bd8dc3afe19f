package dev.swath.testkit;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Narrow;
import dev.swath.autograd.ops.Permute;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.Arrays;

/** Ways in which a tensor can be a view of a larger one. What lies beside the view is filled with 777. */
enum Layout {
    /** Rows of unit stride with something before and after each. */
    ROWS,
    /** Axes in the opposite order, with something before and after. */
    REVERSED;

    private static final double BESIDE = 777;

    /** A larger tensor in which {@link #view} finds x. */
    Tensor base(Tensor x) {
        if (x.rank() == 0) {
            return x;
        }
        Tensor turned = this == REVERSED ? x.permute(reversed(x.rank())) : x;
        Shape shape = turned.shape().with(-1, turned.dim(-1) + 3);
        Tensor base = Tensor.zeros(x.dtype(), shape);
        double[] fill = new double[(int) shape.elements()];
        Arrays.fill(fill, BESIDE);
        base.copyFrom(Tensor.of(fill, shape.dims()));
        base.slice(-1, 1, 1 + turned.dim(-1)).copyFrom(turned);
        return base;
    }

    /** The view, as ops that hand its gradient on. */
    Var view(Tape tape, Var base) {
        if (base.shape().rank() == 0) {
            return base;
        }
        Var part = Narrow.apply(tape, base, -1, 1, base.dim(-1) - 2);
        return this == REVERSED
                ? Permute.apply(tape, part, reversed(base.shape().rank()))
                : part;
    }

    /** The part of the base's gradient that belongs to the view, in the view's order. */
    double[] inside(Tensor base, double[] gradient) {
        if (base.rank() == 0) {
            return gradient;
        }
        Tensor part = Tensor.of(gradient, base.shape().dims()).slice(-1, 1, base.dim(-1) - 2);
        return (this == REVERSED ? part.permute(reversed(base.rank())) : part).toDoubleArray();
    }

    private static int[] reversed(int rank) {
        int[] order = new int[rank];
        Arrays.setAll(order, i -> rank - 1 - i);
        return order;
    }
}
