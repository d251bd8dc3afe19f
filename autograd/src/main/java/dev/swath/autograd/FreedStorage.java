package dev.swath.autograd;

import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.OpaqueStorage;

/** What stands in a variable whose memory the backward pass has freed; it takes none. */
final class FreedStorage extends OpaqueStorage {
    FreedStorage(DType dtype, long size) {
        super(dtype, size);
    }

    @Override
    public Device device() {
        return Device.META;
    }

    @Override
    public HostStorage toHost() {
        throw new OpException(
                "tape",
                "a value that is read after the backward pass must be passed to Tape.retain before it",
                dtype() + " that the pass has freed",
                "");
    }
}
