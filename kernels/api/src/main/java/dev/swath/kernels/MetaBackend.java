package dev.swath.kernels;

import dev.swath.tensor.AbsentStorage;
import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.Storage;
import dev.swath.tensor.Tensor;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Follows shapes alone: its storages take no memory and its kernels do nothing. A pass on it tells what a real one would
 * allocate. It is never chosen by {@link Backends}.
 */
public final class MetaBackend implements Backend {
    private final Map<Class<?>, Object> kernels = new ConcurrentHashMap<>();

    /** Creates it. */
    public MetaBackend() {}

    @Override
    public String name() {
        return "meta";
    }

    @Override
    public String description() {
        return "shapes alone";
    }

    @Override
    public Device device() {
        return Device.META;
    }

    @Override
    public <K extends Kernel> K kernel(Class<K> kind, KernelTypes types) {
        return kind.cast(kernels.computeIfAbsent(
                kind,
                k -> Proxy.newProxyInstance(
                        k.getClassLoader(), new Class<?>[] {k}, (proxy, method, arguments) -> null)));
    }

    @Override
    public boolean supports(Class<? extends Kernel> kind, KernelTypes types) {
        return true;
    }

    @Override
    public Execution execution(Parallelism parallelism) {
        return HostExecution.on(parallelism);
    }

    @Override
    public Storage allocate(DType dtype, long elements) {
        return new AbsentStorage(dtype, elements, AbsentStorage.Reason.SHAPES_ONLY);
    }

    @Override
    public void free(Storage storage) {}

    /** A tensor of the same shape without elements. */
    @Override
    public Tensor upload(Tensor host) {
        return Tensor.over(allocate(host.dtype(), host.elements()), host.shape(), 0);
    }

    @Override
    public Tensor download(Tensor tensor) {
        return tensor.copy();
    }

    @Override
    public void synchronize() {}

    @Override
    public Memory memory() {
        return new Memory(0, 0, 0, 0);
    }

    @Override
    public Transfers transfers() {
        return Transfers.NONE;
    }

    @Override
    public void close() {}
}
