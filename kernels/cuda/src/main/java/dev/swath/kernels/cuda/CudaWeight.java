package dev.swath.kernels.cuda;

import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.PackedStorage;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A weight or bias of a model that only infers: as it was, and, once a pass has needed them, in the forms that the tiles of
 * products or a library read, for each type that is multiplied. Without this each pass would round and arrange each anew.
 */
final class CudaWeight extends PackedStorage {
    private final CudaStorage dense;
    private final Map<DType, CudaStorage> forms = new EnumMap<>(DType.class);

    /** The whole of a storage. */
    CudaWeight(CudaStorage dense) {
        super(dense.dtype(), dense.size(), dense.device());
        this.dense = dense;
    }

    /** As it was, in row-major order: what a kernel reads that is given this one. */
    CudaStorage dense() {
        return dense;
    }

    /** The weight of a slice, in row-major order. */
    static Slice dense(Slice weight) {
        return weight.storage() instanceof CudaWeight w ? Slice.of(w.dense, weight.offset()) : weight;
    }

    /**
     * The form for elements of that type.
     *
     * @param elements of the form
     * @param make fills it
     */
    static Slice form(
            Slice weight, DType type, long elements, CudaExecution on, Scratch scratch, Consumer<Slice> make) {
        // What is made while work is recorded is made again whenever the recording runs, so it is not kept.
        if (weight.storage() instanceof CudaWeight w
                && (w.has(type) || !on.backend().gpu().isRecording())) {
            return Slice.of(w.kept(type, elements, on, make), 0);
        }
        Slice form = scratch.take(type, elements);
        make.accept(form);
        return form;
    }

    private synchronized boolean has(DType type) {
        return forms.containsKey(type);
    }

    private synchronized CudaStorage kept(DType type, long elements, CudaExecution on, Consumer<Slice> make) {
        CudaStorage form = forms.get(type);
        if (form == null) {
            form = (CudaStorage) on.borrow(type, elements);
            make.accept(Slice.of(form, 0));
            forms.put(type, form);
        }
        return form;
    }

    @Override
    public HostStorage unpack() {
        HostStorage host = HostStorage.allocate(dtype(), size());
        dense.read(0, host, 0, size());
        return host;
    }
}
