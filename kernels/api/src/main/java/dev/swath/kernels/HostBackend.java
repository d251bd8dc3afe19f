package dev.swath.kernels;

import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.PackedStorage;
import dev.swath.tensor.Storage;
import dev.swath.tensor.Tensor;

/** What backends on the processor's memory have in common: Java arrays, which need neither copies nor care. */
public abstract class HostBackend implements Backend {
    private final ScratchArrays arrays = new ScratchArrays();

    /** For subclasses. */
    protected HostBackend() {}

    @Override
    public final Device device() {
        return Device.CPU;
    }

    @Override
    public final Execution execution(Parallelism parallelism) {
        return new HostExecution(parallelism, arrays);
    }

    @Override
    public final Storage allocate(DType dtype, long elements) {
        return HostStorage.allocate(dtype, elements);
    }

    @Override
    public final void free(Storage storage) {}

    @Override
    public final Tensor upload(Tensor host) {
        return host.storage() instanceof HostStorage || host.storage() instanceof PackedStorage ? host : host.copy();
    }

    @Override
    public final Tensor download(Tensor tensor) {
        return tensor.storage() instanceof HostStorage ? tensor.contiguous() : tensor.copy();
    }

    @Override
    public final void synchronize() {}

    /** Of the Java heap. */
    @Override
    public final Memory memory() {
        Runtime runtime = Runtime.getRuntime();
        long used = runtime.totalMemory() - runtime.freeMemory();
        return new Memory(used, 0, runtime.maxMemory() - used, runtime.maxMemory());
    }

    @Override
    public final Transfers transfers() {
        return Transfers.NONE;
    }

    @Override
    public final void close() {}
}
