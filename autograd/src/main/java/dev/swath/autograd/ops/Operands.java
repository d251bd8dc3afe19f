package dev.swath.autograd.ops;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Kernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.tensor.AbsentStorage;
import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The operands of one op: the one place that checks their element types and where they are, and from whose types the op's
 * kernels are chosen. Inputs of one kind have one type: all activations that of the first, all parameters that of the first
 * parameter.
 */
final class Operands {
    private final Tape tape;
    private final String op;
    private final String first;
    private final DType x;
    private DType y;
    private @Nullable String firstParameter;
    private @Nullable DType parameters;

    private Operands(Tape tape, String op, String first, DType x) {
        this.tape = tape;
        this.op = op;
        this.first = first;
        this.x = x;
        this.y = x;
    }

    /** Of an op whose activations are of the type of {@code x}. */
    static Operands of(Tape tape, String op, String name, Var x) {
        Operands operands = new Operands(tape, op, name, x.dtype());
        if (!x.dtype().isFloating()) {
            throw tape.error(
                    op, name + " must hold floating-point numbers", x.value().describe());
        }
        operands.here(name, x.value());
        return operands;
    }

    /** Of an op with several inputs of one kind, each called {@code name}. */
    static Operands of(Tape tape, String op, String name, List<Var> inputs) {
        Operands operands = of(tape, op, name, inputs.getFirst());
        inputs.forEach(v -> operands.like(name, v));
        return operands;
    }

    /** An activation, of the type of the first; may be absent. */
    Operands like(String name, @Nullable Var v) {
        if (v != null) {
            same(name, v.value(), x, first);
        }
        return this;
    }

    /** What the result is added to, and so of its type: that of the first, or f32 where that has 16 bits; may be absent. */
    Operands sum(String name, @Nullable Var v) {
        if (v != null) {
            if (isSum(v.dtype(), x)) {
                here(name, v.value());
                y = DType.F32;
            } else {
                like(name, v);
            }
        }
        return this;
    }

    /** Whether the one is of a sum that is kept more exactly than what is added to it. */
    static boolean isSum(DType sum, DType branch) {
        return sum == DType.F32 && branch.isFloating() && branch.bytes() < DType.F32.bytes();
    }

    /** The result has this type, which need not be that of the first. */
    Operands to(DType result) {
        if (!result.isFloating()) {
            throw tape.error(op, "the result must hold floating-point numbers", result.toString());
        }
        y = result;
        return this;
    }

    /** A parameter, of the type of the first parameter; may be absent. */
    Operands parameter(String name, @Nullable Var v) {
        if (v != null) {
            if (parameters == null) {
                if (!v.dtype().isFloating()) {
                    throw tape.error(
                            op,
                            name + " must hold floating-point numbers",
                            v.value().describe());
                }
                parameters = v.dtype();
                firstParameter = name;
            }
            same(name, v.value(), parameters, firstParameter == null ? name : firstParameter);
        }
        return this;
    }

    /** What an earlier pass has saved or gathered, such as running statistics: of the type in which ops save, or f32. */
    Operands saved(String name, Tensor t) {
        here(name, t);
        if (t.dtype() != DType.F32 && t.dtype() != KernelTypes.savedFor(x)) {
            throw tape.error(
                    op, name + " must be " + KernelTypes.savedFor(x) + ", as " + first + " is " + x, t.describe());
        }
        return this;
    }

    /** Integers: rows of a table, classes. */
    Operands integers(String name, Tensor t) {
        if (t.dtype().isFloating()) {
            throw tape.error(op, name + " must hold integers", t.describe());
        }
        here(name, t);
        return this;
    }

    private void same(String name, Tensor t, DType wanted, String beside) {
        if (t.dtype() != wanted) {
            throw tape.error(op, name + " must have the element type of " + beside + ", " + wanted, t.describe());
        }
        here(name, t);
    }

    private void here(String name, Tensor t) {
        requireHere(tape, op, name, t);
    }

    /** The tensor must have elements, in the memory of the tape's backend. On a tape of shapes alone anything will do. */
    static void requireHere(Tape tape, String op, String name, Tensor t) {
        Device device = tape.backend().device();
        if (device.kind() == Device.Kind.META) {
            return;
        }
        if (t.storage() instanceof AbsentStorage absent) {
            throw tape.error(op, absent.reason().rule(), name + " " + t.describe());
        }
        if (!t.device().equals(device)) {
            throw tape.error(
                    op,
                    name + " must be on " + device + "; bring it there by Tape.constant, or a module by Module.to",
                    t.describe());
        }
    }

    /** The types of the call. */
    KernelTypes types() {
        return KernelTypes.of(x, parameters == null ? x : parameters).to(y);
    }

    /** The type of the result. */
    DType resultType() {
        return y;
    }

    /** The type in which the op saves means, deviations and sums. */
    DType savedType() {
        return KernelTypes.savedFor(x);
    }

    /** The backend's kernel for these types. */
    <K extends Kernel> K kernel(Class<K> kind) {
        if (!tape.backend().supports(kind, types())) {
            throw tape.error(
                    op,
                    "the " + tape.backend().name() + " backend must have a kernel for these element types",
                    types().toString());
        }
        return tape.kernel(kind, types());
    }
}
