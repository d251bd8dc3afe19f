package dev.swath.autograd;

import dev.swath.kernels.BinaryKernel;
import dev.swath.kernels.CopyKernel;
import dev.swath.kernels.Slice;
import dev.swath.tensor.Storage;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Collects what one op's backward gives into the gradients of its inputs. A gradient that is the op's own, handed on
 * unchanged, becomes the input's without a copy once the op has finished.
 */
final class GradientSink implements Gradients {
    private record Later(int input, Tensor gradient) {}

    private final Tape tape;
    private final List<Var> inputs;
    private final @Nullable Tensor own;
    private final @Nullable Tensor[] overwritten;
    private final List<Later> later = new ArrayList<>(1);
    private final Set<Storage> kept = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean passedOn;

    /** For an op whose own gradient is {@code own}; null if nothing may be handed on. */
    GradientSink(Tape tape, List<Var> inputs, @Nullable Tensor own) {
        this.tape = tape;
        this.inputs = inputs;
        this.own = own;
        this.overwritten = new Tensor[inputs.size()];
    }

    @Override
    public boolean wants(int i) {
        return inputs.get(i).requiresGrad();
    }

    @Override
    public Tensor overwrite(int i) {
        Var input = inputs.get(i);
        Tensor fresh = input.isLeaf() && input.grad() == null ? leafGradient(input) : pooled(input);
        overwritten[i] = fresh;
        return fresh;
    }

    @Override
    public Tensor accumulate(int i) {
        Var input = inputs.get(i);
        tape.reached(input);
        Tensor grad = input.grad();
        if (grad == null) {
            grad = fresh(input);
            tape.kernel(CopyKernel.class, input.dtype()).fill(Slice.of(grad), 0, grad.elements(), tape.parallelism());
        }
        return grad;
    }

    @Override
    public void add(int i, Tensor gradient) {
        if (inputs.get(i).requiresGrad()) {
            if (own != null && gradient.storage() == own.storage()) {
                later.add(new Later(i, gradient));
            } else {
                addNow(inputs.get(i), gradient);
            }
        }
    }

    private void addNow(Var input, Tensor gradient) {
        tape.reached(input);
        Tensor grad = input.grad();
        int[] dims = input.shape().dims();
        if (grad == null) {
            grad = fresh(input);
            tape.kernel(CopyKernel.class, grad.dtype())
                    .copy(
                            Slice.of(grad),
                            strides(grad),
                            Slice.of(gradient),
                            strides(gradient),
                            dims,
                            tape.parallelism());
        } else if (gradient.isContiguous() && grad.isContiguous()) {
            int[] n = {Math.toIntExact(grad.elements())};
            long[] unit = {1};
            tape.kernel(BinaryKernel.class, grad.dtype())
                    .forward(
                            Slice.of(grad),
                            Slice.of(grad),
                            unit,
                            Slice.of(gradient),
                            unit,
                            BinaryKernel.Function.ADD,
                            n,
                            tape.parallelism());
        } else {
            tape.kernel(CopyKernel.class, grad.dtype())
                    .add(
                            Slice.of(grad),
                            strides(grad),
                            Slice.of(gradient),
                            strides(gradient),
                            dims,
                            tape.parallelism());
        }
    }

    /** Makes {@code gradient}, which the tape allocated and nobody else holds, that of input {@code i}. */
    void hand(int i, Tensor gradient) {
        if (inputs.get(i).isLeaf()) {
            addNow(inputs.get(i), gradient); // a leaf owns its gradient's memory
        } else {
            overwritten[i] = gradient;
        }
    }

    /** Moves what was overwritten or handed on to where it belongs. */
    void finish() {
        for (int i = 0; i < overwritten.length; i++) {
            Tensor fresh = overwritten[i];
            Var input = inputs.get(i);
            if (fresh == null || !input.requiresGrad()) {
                continue;
            }
            if (input.grad() == null) {
                set(input, fresh);
                tape.reached(input);
            } else {
                addNow(input, fresh);
            }
        }
        for (Later l : later) {
            Var input = inputs.get(l.input);
            boolean whole = l.gradient.isContiguous();
            if (input.grad() == null && !input.isLeaf() && whole && !passedOn) {
                set(input, l.gradient);
                passedOn = true;
            } else {
                // A view of the storage that has just been handed on to this very input must not be read while it
                // changes.
                addNow(input, passedOn && !whole ? l.gradient.copy() : l.gradient);
            }
        }
    }

    /** Whether the op's own gradient has become an input's. */
    boolean passedOn() {
        return passedOn;
    }

    /** Storages that have become gradients. */
    Set<Storage> kept() {
        return kept;
    }

    private Tensor fresh(Var input) {
        Tensor grad = input.isLeaf() ? leafGradient(input) : pooled(input);
        set(input, grad);
        return grad;
    }

    private void set(Var input, Tensor grad) {
        input.setGrad(grad);
        kept.add(grad.storage());
    }

    private Tensor pooled(Var input) {
        return tape.allocate(input.dtype(), input.shape());
    }

    /** Leaves own their gradients, so these are not from the workspace, and exact in size. */
    private Tensor leafGradient(Var input) {
        Tensor spare = input.takeSpare();
        return spare != null
                ? spare
                : Tensor.over(
                        tape.backend().allocate(input.dtype(), input.shape().elements()), input.shape(), 0);
    }

    private static long[] strides(Tensor x) {
        long[] s = new long[x.rank()];
        for (int i = 0; i < s.length; i++) {
            s[i] = x.stride(i);
        }
        return s;
    }
}
