package dev.swath.nn;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Var;
import dev.swath.kernels.Backend;
import dev.swath.tensor.AbsentStorage;
import dev.swath.tensor.DType;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.PackedStorage;
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
    private @Nullable Backend home;

    Parameter(Shape shape, Init init, @Nullable Packer packer) {
        super(Tensor.over(new AbsentStorage(DType.F32, shape.elements(), AbsentStorage.Reason.UNSET), shape, 0), true);
        this.init = init;
        this.packer = packer;
    }

    /** Whether it has elements. */
    public boolean isSet() {
        return !(value().storage() instanceof AbsentStorage);
    }

    /**
     * Gives it elements where it is: cast to f32, and copied unless they are dense f32 in the processor's memory and it is
     * there too.
     */
    public void set(Tensor elements) {
        Tensor host = elements.storage() instanceof HostStorage ? elements : elements.copy();
        Tensor dense = host.to(DType.F32).contiguous();
        replaceValue(home == null ? dense : home.upload(dense));
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

    /** Moves the elements into the memory of the backend, in row-major order unless they are there already; a gradient is let go. */
    void to(Backend backend) {
        home = backend;
        if (!value().device().equals(backend.device())) {
            dropGrad();
        }
        if (isSet()) {
            replaceValue(moved(value(), backend));
        }
    }

    /** The tensor itself if its elements are in the memory of the backend, else a dense copy there. */
    static Tensor moved(Tensor x, Backend backend) {
        if (x.device().equals(backend.device())) {
            return x;
        }
        return backend.upload(x.storage() instanceof HostStorage ? x : x.copy());
    }

    /**
     * Moves the elements into the memory of the backend, and puts them into the order that it reads fastest; the dense ones
     * are let go.
     */
    public void prepare(Backend backend) {
        to(backend);
        if (packer != null && isSet() && !(value().storage() instanceof PackedStorage)) {
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
