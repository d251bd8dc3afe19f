package dev.swath.kernels.cuda;

import org.jspecify.annotations.Nullable;

/** One backend for the tests of kernels, pretended or real. */
final class Devices {
    private static @Nullable CudaBackend backend;

    private Devices() {}

    /** The backend of this process; a test is skipped where there is none. */
    static synchronized CudaBackend backend() {
        Emulator.require();
        if (backend == null || backend.isClosed()) {
            if (Emulator.isHere()) {
                Emulator.set("multiprocessors", 3);
            }
            backend = Emulator.open(0);
        }
        return backend;
    }
}
