package dev.swath.kernels.cuda;

import dev.swath.tensor.DType;
import dev.swath.tensor.DeviceStorage;
import dev.swath.tensor.HostStorage;

/** Elements in a device's memory: an address, and the backend that owns it. */
final class CudaStorage extends DeviceStorage {
    /** One block of the pool, which storages of several types may share. */
    static final class Block {
        private final long address;
        private final long bytes;
        private volatile boolean freed;

        Block(long address, long bytes) {
            this.address = address;
            this.bytes = bytes;
        }
    }

    private final CudaBackend owner;
    private final Block block;

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
        return new CudaStorage(type, size, owner, block);
    }
}
