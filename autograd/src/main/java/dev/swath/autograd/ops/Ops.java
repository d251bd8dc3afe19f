package dev.swath.autograd.ops;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Slice;
import dev.swath.tensor.Device;
import dev.swath.tensor.PackedStorage;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What all ops share: checks with their messages, and operands for kernels. */
final class Ops {
    private Ops() {}

    /** The elements as a dense row-major tensor, copied by the backend if need be. */
    static Tensor dense(Tape tape, Var x) {
        return dense(tape, x.value());
    }

    /** The elements as a dense row-major tensor, copied by the backend if need be. */
    static Tensor dense(Tape tape, Tensor x) {
        if (x.isContiguous()) {
            return x;
        }
        Tensor y = tape.allocate(x.dtype(), x.shape());
        copy(tape, y, x);
        return y;
    }

    /** Copies x into the view y of the same shape. */
    static void copy(Tape tape, Tensor y, Tensor x) {
        tape.backend().copy(x, y, tape.execution());
    }

    /** The tensor itself if its rows, of unit stride, follow each other at one stride; else a dense copy. */
    static Tensor rowStrided(Tape tape, Tensor x) {
        if (x.isContiguous() || x.rank() < 2) {
            return dense(tape, x);
        }
        boolean strided = x.stride(-1) == 1 || x.dim(-1) == 1;
        long next = x.stride(-2) * x.dim(-2);
        for (int i = x.rank() - 3; i >= 0 && strided; i--) {
            strided = x.dim(i) == 1 || (x.stride(i) == next && x.dim(-2) != 1);
            next *= x.dim(i);
        }
        return strided ? x : dense(tape, x);
    }

    /** Distance between rows of what {@link #rowStrided} gave. */
    static long rowStride(Tensor x) {
        return x.rank() < 2 ? x.elements() : x.dim(-2) == 1 && x.isContiguous() ? x.dim(-1) : x.stride(-2);
    }

    /** Integers in the memory of the tape's backend, dense. */
    static Tensor integers(Tape tape, String op, String name, Tensor t, Operands operands) {
        operands.integers(name, t);
        if (t.isContiguous()) {
            return t;
        }
        if (!t.device().equals(Device.CPU)) {
            throw tape.error(op, name + " on a device must be dense", t.describe() + " with strides");
        }
        return t.contiguous();
    }

    /** Product of all extents but the last. */
    static int rows(Var x) {
        return x.shape().product(0, x.shape().rank() - 1);
    }

    static @Nullable Slice slice(@Nullable Tensor tensor) {
        return tensor == null ? null : Slice.of(tensor);
    }

    /** An optional input as a dense operand. */
    static @Nullable Slice slice(Tape tape, @Nullable Var var) {
        return var == null ? null : Slice.of(dense(tape, var));
    }

    /** A tensor that is there because the op was recorded. */
    static Slice some(@Nullable Tensor tensor) {
        return Slice.of(Objects.requireNonNull(tensor));
    }

    static void requireRank(Tape tape, String op, String name, Var v, int rank) {
        if (v.shape().rank() != rank) {
            throw tape.error(
                    op, name + " must have " + rank + " axes", v.value().describe());
        }
    }

    static void require(Tape tape, boolean condition, String op, String rule, Var got) {
        if (!condition) {
            throw tape.error(op, rule, got.value().describe());
        }
    }

    /** {@code name} must have the extents, which are {@code source} of {@code x}. */
    static void requireShape(Tape tape, String op, String name, Var v, String source, Var x, int... dims) {
        Shape wanted = Shape.of(dims);
        if (!v.shape().equals(wanted)) {
            throw tape.error(
                    op,
                    name + " must have shape " + wanted + " (" + source + ") but has " + v.shape(),
                    "x is " + x.value().describe());
        }
    }

    /** A weight that a gradient is to come from must lie in its own order. */
    static void requireUnpacked(Tape tape, String op, Var weight) {
        Tensor w = weight.value();
        if (w.storage() instanceof PackedStorage) {
            throw tape.error(
                    op,
                    "a weight packed for inference has no gradient; load the model for training instead",
                    w.describe());
        }
    }
}
