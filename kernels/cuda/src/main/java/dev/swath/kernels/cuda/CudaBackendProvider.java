package dev.swath.kernels.cuda;

import dev.swath.kernels.BackendProvider;
import dev.swath.tensor.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.global.cudart;

/** Finds out whether an NVIDIA driver and device are here, and opens the device. */
public final class CudaBackendProvider implements BackendProvider {
    /** The driver of CUDA 13.0, whose run time and interfaces are used. */
    private static final int OLDEST_DRIVER = 13000;

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

    /** Each library: where it is, or where it was looked for and what its absence costs; and where compiled kernels are kept. */
    @Override
    public List<String> details() {
        if (!Libraries.runtime().found()) {
            return List.of();
        }
        List<String> lines = new ArrayList<>();
        for (Libraries.Library library : Libraries.all()) {
            lines.add(
                    library.found()
                            ? library.name() + ": " + library.detail()
                            : library.sentence() + "; without it " + library.cost());
        }
        Path cache = KernelCache.open().folder();
        lines.add(
                cache == null
                        ? "compiled kernels are not kept (-Dswath.cuda.cache is empty)"
                        : "compiled kernels and timed choices are kept in " + cache);
        return lines;
    }

    @Override
    public Probe probe(int index) {
        Libraries.Library runtime = Libraries.runtime();
        if (!runtime.found()) {
            return new Probe.Refused("the CUDA libraries cannot be loaded (" + runtime.detail()
                    + "); a CUDA 13 driver and run time must be installed");
        }
        try {
            int status = cudart.cuInit(0);
            if (status != cudart.CUDA_SUCCESS) {
                return new Probe.Refused("the NVIDIA driver answers: " + Driver.reason(status));
            }
            int version = Driver.version();
            if (version < OLDEST_DRIVER) {
                return new Probe.Refused("the NVIDIA driver is for CUDA " + version / 1000 + "." + version % 1000 / 10
                        + "; one for CUDA 13.0 or newer is needed");
            }
            int[] count = new int[1];
            status = cudart.cuDeviceGetCount(count);
            if (status != cudart.CUDA_SUCCESS || count[0] == 0) {
                return new Probe.Refused("the NVIDIA driver is here, but it has no device");
            }
            if (index >= count[0]) {
                return new Probe.Refused("there is no device number " + index + "; the NVIDIA driver knows " + count[0]
                        + ", numbered from 0");
            }
            return opened(new CudaBackend(index));
        } catch (LinkageError | RuntimeException e) {
            return new Probe.Refused("opening device " + index + " failed (" + Libraries.firstLine(e) + ")");
        }
    }

    private static Probe opened(CudaBackend backend) {
        boolean right = false;
        try {
            backend.modules().compileAhead();
            String fault = SelfCheck.fault(backend);
            right = fault == null;
            return right
                    ? new Probe.Available(backend)
                    : new Probe.Refused(backend.description() + ", gives other results than the processor: " + fault
                            + "; it is not used, for its masks would be wrong");
        } finally {
            if (!right) {
                backend.close();
            }
        }
    }
}
