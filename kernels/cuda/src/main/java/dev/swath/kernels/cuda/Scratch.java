package dev.swath.kernels.cuda;

import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.Storage;
import java.util.ArrayList;
import java.util.List;

/** Memory that one call of a kernel borrows, given back together. */
final class Scratch implements AutoCloseable {
    private final Execution on;
    private final List<Storage> taken = new ArrayList<>(4);

    Scratch(Execution on) {
        this.on = on;
    }

    /** Undefined elements, the first at a multiple of 256 bytes. */
    Slice take(DType type, long elements) {
        Storage storage = on.borrow(type, elements);
        taken.add(storage);
        return Slice.of(storage, 0);
    }

    @Override
    public void close() {
        taken.forEach(on::giveBack);
    }
}
