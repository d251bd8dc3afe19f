package dev.swath.kernels.cuda;

import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.DeviceStorage;
import dev.swath.tensor.HostStorage;
import org.jspecify.annotations.Nullable;

/**
 * Elements in a device's memory: an address, and the backend that owns it.
 *
 * <p>Weights that are trained in f32 and multiplied in bf16 have a rounded copy beside them, so that not every product rounds
 * them anew. Once it is there it always holds the elements rounded, at every point of the stream: who writes the elements
 * writes it too ({@link CudaAdamW}), or has it made anew ({@link #write}, {@link #changed}). A recording that was made before
 * it would not know of it, so elements that a recording writes without one never get one.
 */
final class CudaStorage extends DeviceStorage {
    /** One block of the pool, which storages of several types may share. */
    static final class Block {
        private final long address;
        private final long bytes;
        private volatile boolean freed;
        private volatile boolean shared;

        Block(long address, long bytes) {
            this.address = address;
            this.bytes = bytes;
        }
    }

    private final CudaBackend owner;
    private final Block block;
    private volatile boolean multipliedInBf16;
    private volatile boolean writtenByRecording;
    private volatile @Nullable CudaStorage rounded;

    CudaStorage(DType dtype, long size, CudaBackend owner, Block block) {
        super(dtype, size, owner.device());
        this.owner = owner;
        this.block = block;
    }

    CudaBackend owner() {
        return owner;
    }

    /** Where element 0 lies. */
    long address() {
        if (block.freed || owner.isClosed()) {
            throw new IllegalStateException(
                    "[cuda] the memory of " + dtype() + "[" + size() + "] on " + device() + " was given back");
        }
        return block.address;
    }

    /** Marks the memory as given back, and gives its address. */
    long release() {
        long address = address();
        block.freed = true;
        return address;
    }

    @Override
    public void read(long from, HostStorage target, long at, long count) {
        requireSameType(target);
        owner.down(address() + from * dtype().bytes(), target, at, count);
    }

    @Override
    public void write(HostStorage source, long from, long at, long count) {
        requireSameType(source);
        owner.up(source, from, address() + at * dtype().bytes(), count);
        if (rounded == null) {
            return;
        }
        if (owner.gpu().isRecording()) {
            throw new IllegalStateException("[cuda] weights must not be written from outside while work is recorded");
        }
        try (CudaExecution on = owner.launches()) {
            changed(on);
        }
    }

    /** The slice for a product of that type: the rounded copy of f32 in a product of bf16, if there is one. */
    static Slice multiplied(Slice x, DType type) {
        if (type != DType.BF16 || x.storage().dtype() != DType.F32 || !(x.storage() instanceof CudaStorage s)) {
            return x;
        }
        s.multipliedInBf16 = true;
        CudaStorage copy = s.rounded;
        return copy == null ? x : Slice.of(copy, x.offset());
    }

    /**
     * The rounded copy, for somebody who is about to write elements and will write them there too; or null. All elements get a
     * copy if they have been multiplied in bf16.
     */
    @Nullable
    CudaStorage roundedToo(CudaExecution on) {
        if (rounded == null && on.backend().gpu().isRecording()) {
            writtenByRecording = true;
        }
        if (rounded == null && multipliedInBf16 && !writtenByRecording && !block.shared) {
            CudaStorage copy = (CudaStorage) on.borrow(DType.BF16, size());
            round(copy, on);
            rounded = copy;
        }
        return rounded;
    }

    /** The elements have been written by a kernel that knows nothing of a rounded copy. */
    void changed(CudaExecution on) {
        CudaStorage copy = rounded;
        if (copy != null) {
            round(copy, on);
        } else if (on.backend().gpu().isRecording()) {
            writtenByRecording = true;
        }
    }

    private void round(CudaStorage copy, CudaExecution on) {
        new CudaCast("bf16_f32").cast(Slice.of(copy, 0), Slice.of(this, 0), size(), on);
    }

    /** The rounded copy as it is, or null. */
    @Nullable
    CudaStorage rounded() {
        return rounded;
    }

    private void requireSameType(HostStorage host) {
        if (host.dtype() != dtype()) {
            throw new IllegalStateException("[cuda] a copy over the border of a device keeps the type; got "
                    + host.dtype() + " and " + dtype());
        }
    }

    @Override
    public DeviceStorage as(DType type, long size) {
        if (size * type.bytes() > block.bytes) {
            throw new IllegalStateException(
                    "[cuda] " + type + "[" + size + "] does not fit the " + block.bytes + " bytes of this memory");
        }
        if (rounded != null) {
            throw new IllegalStateException(
                    "[cuda] a weight with a rounded copy beside it lends its memory to no other type");
        }
        block.shared = true;
        return new CudaStorage(type, size, owner, block);
    }
}
