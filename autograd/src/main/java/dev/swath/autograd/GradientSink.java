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

    private final Pass pass;
    private final List<Var> inputs;
    private final @Nullable Tensor own;
    private final @Nullable Tensor[] overwritten;
    private final List<Later> later = new ArrayList<>(1);
    private final Set<Storage> kept = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Var> reached;
    private final Set<Tensor> cleared;
    private boolean passedOn;

    /**
     * For one op.
     *
     * @param own the op's own gradient; null if nothing may be handed on
     * @param reached takes the leaves that may have got a gradient
     * @param cleared leaves' memory for gradients that is zero already; what is taken of it is taken off
     */
    GradientSink(Pass pass, List<Var> inputs, @Nullable Tensor own, Set<Var> reached, Set<Tensor> cleared) {
        this.pass = pass;
        this.reached = reached;
        this.cleared = cleared;
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
        reach(input);
        Tensor grad = input.grad();
        if (grad == null) {
            boolean zero = input.isLeaf() && cleared.contains(pass.spare(input));
            grad = fresh(input);
            if (!zero) {
                pass.fill(grad, 0);
            }
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
        reach(input);
        Tensor grad = input.grad();
        int[] dims = input.shape().dims();
        if (grad == null) {
            grad = fresh(input);
            pass.backend.copy(gradient, grad, pass.execution);
        } else if (gradient.isContiguous() && grad.isContiguous()) {
            int[] n = {Math.toIntExact(grad.elements())};
            long[] unit = {1};
            pass.backend
                    .kernel(BinaryKernel.class, grad.dtype())
                    .forward(
                            Slice.of(grad),
                            Slice.of(grad),
                            unit,
                            Slice.of(gradient),
                            unit,
                            BinaryKernel.Function.ADD,
                            n,
                            pass.execution);
        } else {
            pass.backend
                    .kernel(CopyKernel.class, grad.dtype())
                    .add(Slice.of(grad), grad.strides(), Slice.of(gradient), gradient.strides(), dims, pass.execution);
        }
    }

    @Override
    public void hand(int i, Tensor gradient) {
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
                reach(input);
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
                addNow(input, passedOn && !whole ? dense(l.gradient) : l.gradient);
            }
        }
    }

    private void reach(Var variable) {
        if (variable.isLeaf()) {
            reached.add(variable);
        }
    }

    private Tensor dense(Tensor x) {
        Tensor y = pass.allocate(x.dtype(), x.shape());
        pass.backend.copy(x, y, pass.execution);
        return y;
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
        return pass.allocate(input.dtype(), input.shape());
    }

    private Tensor leafGradient(Var input) {
        Tensor memory = pass.spare(input);
        input.setSpare(null);
        cleared.remove(memory);
        return memory;
    }
}
