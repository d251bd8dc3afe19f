package dev.swath.nn;

import dev.swath.kernels.Backend;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Tensor;
import dev.swath.tensor.TensorSink;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives the tensors of a checkpoint to a module's parameters and buffers. Where weights are packed at once, all of them
 * are read into one array in turn: loading then leaves no second copy of the model behind for the garbage collector.
 */
final class ModuleSink implements TensorSink {
    private final Map<String, Parameter> parameters;
    private final Map<String, Buffer> buffers;
    private final @Nullable Backend packFor;
    private float[] staging = {};

    ModuleSink(Map<String, Parameter> parameters, Map<String, Buffer> buffers, @Nullable Backend packFor) {
        this.parameters = parameters;
        this.buffers = buffers;
        this.packFor = packFor;
    }

    @Override
    public float[] memory(String name, int elements) {
        Parameter p = parameters.get(name);
        if (packFor == null || p == null || !p.packs()) {
            return new float[elements];
        }
        if (staging.length < elements) {
            long largest = parameters.values().stream()
                    .filter(Parameter::packs)
                    .mapToLong(q -> q.shape().elements())
                    .max()
                    .orElse(0);
            staging = new float[(int) Math.max(elements, Math.min(largest, Integer.MAX_VALUE - 8))];
        }
        return staging;
    }

    @Override
    public void accept(String name, Tensor value) {
        Parameter p = parameters.get(name);
        if (p != null) {
            p.set(value);
            if (packFor != null) {
                p.prepare(packFor);
            }
            if (p.value().storage() instanceof HostStorage.Floats dense && dense.array() == staging) {
                p.set(value.copy());
            }
            return;
        }
        Buffer b = buffers.get(name);
        if (b == null) {
            throw new ModuleException("[module] the name must be one of the module's; got '" + name + "'");
        }
        b.set(value);
        if (packFor != null) {
            b.to(packFor);
        }
    }
}
