package dev.swath.nn;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Var;
import dev.swath.kernels.Backend;
import dev.swath.tensor.DType;
import dev.swath.tensor.OpaqueStorage;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Storage;
import dev.swath.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A trainable tensor of a module. It is born without elements; {@link #set} or {@link #initialise} gives it some. For
 * inference {@link #prepare} may put them into the order that a backend reads fastest; they are then still readable by
 * {@code value().copy()}, but have no gradient.
 */
public final class Parameter extends Var {
    /** Puts a weight into a backend's order. */
    @FunctionalInterface
    public interface Packer {
        /** What replaces the dense f32 weight's storage; may be the same storage. */
        Storage pack(Backend backend, Tensor weight);
    }

    private final Init init;
    private final @Nullable Packer packer;

    Parameter(Shape shape, Init init, @Nullable Packer packer) {
        super(Tensor.over(new UnsetStorage(shape.elements()), shape, 0), true);
        this.init = init;
        this.packer = packer;
    }

    /** Whether it has elements. */
    public boolean isSet() {
        return !(value().storage() instanceof UnsetStorage);
    }

    /** Gives it elements, cast to f32 and copied unless they are dense f32 already. */
    public void set(Tensor elements) {
        replaceValue(elements.to(DType.F32).contiguous());
    }

    /** Replaces its elements as they are; for checks in double precision. */
    public void setExactly(Tensor elements) {
        replaceValue(elements);
    }

    /** Gives it its first values. */
    public void initialise(RandomSource random) {
        set(init.create(shape(), random));
    }

    /** Whether a backend may have an order of its own for it. */
    boolean packs() {
        return packer != null;
    }

    /** Puts the elements into the order that the backend reads fastest; the dense ones are let go. */
    public void prepare(Backend backend) {
        if (packer != null && isSet() && !(value().storage() instanceof OpaqueStorage)) {
            Storage packed = packer.pack(backend, value());
            if (packed != value().storage()) {
                replaceValue(Tensor.over(packed, shape(), 0));
            }
        }
    }

    /** Keeps training from changing it, or lets it again. */
    public void freeze(boolean frozen) {
        setRequiresGrad(!frozen);
    }
}
