package dev.swath.kernels.cuda;

import dev.swath.kernels.BackendProvider;
import dev.swath.tensor.Device;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Loader;

/**
 * Finds out whether an NVIDIA driver and device are here. This version brings no CUDA kernels, so it always refuses, and
 * says what it found.
 */
public final class CudaBackendProvider implements BackendProvider {
    /** For the service loader. */
    public CudaBackendProvider() {}

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public int preference() {
        return 20;
    }

    @Override
    public Device.Kind kind() {
        return Device.Kind.CUDA;
    }

    @Override
    public Probe probe(int index) {
        try {
            Loader.load(cudart.class);
            int status = cudart.cuInit(0);
            if (status != cudart.CUDA_SUCCESS) {
                return new Probe.Refused("the NVIDIA driver answers with error " + status
                        + " at start; is there a device, and is the driver loaded?");
            }
            int[] count = new int[1];
            status = cudart.cuDeviceGetCount(count);
            if (status != cudart.CUDA_SUCCESS || count[0] == 0) {
                return new Probe.Refused("the NVIDIA driver is here, but it has no device (error " + status + ")");
            }
            if (index >= count[0]) {
                return new Probe.Refused("there is no device number " + index + "; the NVIDIA driver knows " + count[0]
                        + ", numbered from 0");
            }
            return new Probe.Refused(
                    count[0] + " device(s) found, but this version of Swath brings no CUDA kernels; use --device cpu");
        } catch (LinkageError e) {
            return new Probe.Refused("the CUDA libraries cannot be loaded (" + firstLine(e)
                    + "); a CUDA 13 driver and runtime must be installed");
        } catch (RuntimeException e) {
            return new Probe.Refused("looking for a device failed (" + firstLine(e) + ")");
        }
    }

    private static String firstLine(Throwable e) {
        String message = e.getMessage();
        return message == null
                ? e.getClass().getSimpleName()
                : message.lines().findFirst().orElse("").strip();
    }
}
