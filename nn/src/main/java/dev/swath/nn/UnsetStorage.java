package dev.swath.nn;

import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.OpaqueStorage;

/** The elements of a parameter that has neither been loaded nor initialised; it takes no memory. */
final class UnsetStorage extends OpaqueStorage {
    UnsetStorage(long size) {
        super(DType.F32, size);
    }

    @Override
    public Device device() {
        return Device.META;
    }

    @Override
    public HostStorage toHost() {
        throw new ModuleException(
                "[parameter] a parameter must be loaded or initialised before it is read; it has no value yet");
    }
}
