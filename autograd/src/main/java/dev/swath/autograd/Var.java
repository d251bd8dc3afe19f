package dev.swath.autograd;

import dev.swath.tensor.AbsentStorage;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A tensor that ops take and give, with its gradient where one is wanted. A leaf is made by its user, the rest by ops. */
public class Var {
    private final boolean leaf;
    private final List<Consumer<Tensor>> hooks = new CopyOnWriteArrayList<>();
    private Tensor value;
    private boolean requiresGrad;
    private boolean retained;
    private @Nullable Tensor grad;
    private @Nullable Tensor spare;

    /** A variable that wants a gradient if {@code requiresGrad}. */
    protected Var(Tensor value, boolean requiresGrad) {
        this(value, requiresGrad, true);
    }

    private Var(Tensor value, boolean requiresGrad, boolean leaf) {
        this.value = value;
        this.requiresGrad = requiresGrad;
        this.leaf = leaf;
    }

    /** The result of a recorded op, whose gradient the tape owns. */
    static Var result(Tensor value, boolean requiresGrad) {
        return new Var(value, requiresGrad, false);
    }

    /** A value that wants no gradient. */
    public static Var constant(Tensor value) {
        return new Var(value, false);
    }

    /** A leaf whose gradient is wanted. */
    public static Var leaf(Tensor value) {
        if (!value.dtype().isFloating()) {
            throw new OpException("leaf", "only floating-point tensors have gradients", value.describe(), "");
        }
        return new Var(value, true);
    }

    /** The elements. */
    public final Tensor value() {
        return value;
    }

    /** Replaces the elements of a leaf, keeping the shape. */
    protected final void replaceValue(Tensor value) {
        if (!value.shape().equals(this.value.shape())) {
            throw new OpException("variable", "the shape must stay " + this.value.shape(), value.describe(), "");
        }
        this.value = value;
    }

    /** Whether a gradient flows to this variable. */
    public final boolean requiresGrad() {
        return requiresGrad;
    }

    /** Sets whether a gradient is wanted; for leaves. */
    protected final void setRequiresGrad(boolean requiresGrad) {
        this.requiresGrad = requiresGrad;
    }

    /** What has been accumulated by {@link Tape#backward}, or null. */
    public final @Nullable Tensor grad() {
        return grad;
    }

    /** Sets or, with null, clears the gradient. */
    public final void setGrad(@Nullable Tensor grad) {
        this.grad = grad;
    }

    /**
     * Calls the hook whenever a backward pass has finished this variable's gradient: for a result of an op before the pass
     * goes on from there, for a leaf at the end of the pass, with what has been accumulated. The hook may change the
     * gradient's elements in place. Closing the handle takes it away again.
     */
    public final Hook onGradient(Consumer<Tensor> hook) {
        hooks.add(hook);
        return () -> hooks.remove(hook);
    }

    final void runHooks() {
        Tensor g = grad;
        if (g != null) {
            hooks.forEach(h -> h.accept(g));
        }
    }

    /** Whether its user made it, and owns its gradient. */
    final boolean isLeaf() {
        return leaf;
    }

    /** Its value must outlive the backward pass. */
    final void retain() {
        retained = true;
    }

    /** The backward pass needs the value of this result no longer. */
    final void free() {
        if (!retained) {
            value = Tensor.over(
                    new AbsentStorage(value.dtype(), value.elements(), AbsentStorage.Reason.FREED), value.shape(), 0);
        }
    }

    /** Clears the gradient of a leaf and keeps its memory for the next one, so that it must not be read any more. */
    public final void zeroGrad() {
        if (grad != null) {
            spare = grad;
            grad = null;
        }
    }

    /** Clears the gradient of a leaf and lets its memory go. */
    protected final void dropGrad() {
        grad = null;
        spare = null;
    }

    /** Memory for the next gradient. */
    final void setSpare(@Nullable Tensor memory) {
        spare = memory;
    }

    /** Memory for the next gradient, dense and of this variable's shape, type and place; or null. */
    final @Nullable Tensor spare() {
        Tensor t = spare;
        return t != null
                        && t.isContiguous()
                        && t.dtype() == dtype()
                        && t.device().equals(value.device())
                        && t.shape().equals(shape())
                ? t
                : null;
    }

    /** The extents. */
    public final Shape shape() {
        return value.shape();
    }

    /** Extent of one axis; negative axes count from the end. */
    public final int dim(int axis) {
        return value.dim(axis);
    }

    /** The element type. */
    public final DType dtype() {
        return value.dtype();
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
