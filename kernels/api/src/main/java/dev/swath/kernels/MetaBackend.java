package dev.swath.kernels;

import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.OpaqueStorage;
import dev.swath.tensor.Storage;
import dev.swath.tensor.TensorException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Follows shapes alone: its storages take no memory and its kernels do nothing. A pass on it tells what a real one would
 * allocate. It is never chosen by {@link Backends}.
 */
public final class MetaBackend implements Backend {
    private static final class Elements extends OpaqueStorage {
        Elements(DType dtype, long size) {
            super(dtype, size);
        }

        @Override
        public Device device() {
            return Device.META;
        }

        @Override
        public HostStorage toHost() {
            throw new TensorException("meta", "a tensor of shapes alone has no elements", dtype() + " on " + device());
        }
    }

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
    public <K extends Kernel> K kernel(Class<K> kind, DType dtype) {
        return kind.cast(kernels.computeIfAbsent(
                kind,
                k -> Proxy.newProxyInstance(
                        k.getClassLoader(), new Class<?>[] {k}, (proxy, method, arguments) -> null)));
    }

    @Override
    public Storage allocate(DType dtype, long elements) {
        return new Elements(dtype, elements);
    }
}
