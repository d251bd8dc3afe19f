package dev.swath.kernels.scalar;

import dev.swath.kernels.Backend;
import dev.swath.kernels.Kernel;
import dev.swath.kernels.LayerNormKernel;
import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Storage;
import java.util.Map;

/** The scalar kernels: every kind, in f32 and f64. */
public final class ScalarBackend implements Backend {
    private final Map<Class<? extends Kernel>, Kernel> kernels =
            Map.ofEntries(Map.entry(LayerNormKernel.class, new ScalarLayerNorm()));

    /** Creates it. */
    public ScalarBackend() {}

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public String description() {
        return "plain Java loops";
    }

    @Override
    public Device device() {
        return Device.CPU;
    }

    @Override
    public <K extends Kernel> K kernel(Class<K> kind, DType dtype) {
        Kernel kernel = kernels.get(kind);
        if (kernel == null || (dtype != DType.F32 && dtype != DType.F64)) {
            throw new UnsupportedOperationException(
                    "the scalar backend has no " + kind.getSimpleName() + " for " + dtype);
        }
        return kind.cast(kernel);
    }

    @Override
    public Storage allocate(DType dtype, long elements) {
        return HostStorage.allocate(dtype, elements);
    }
}
