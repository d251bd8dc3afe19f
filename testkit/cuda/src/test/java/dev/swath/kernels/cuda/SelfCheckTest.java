package dev.swath.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.kernels.BackendProvider.Probe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device that computes as the processor does is taken, and one that loses a launch is not. */
class SelfCheckTest {
    private static final String CACHE = "swath.cuda.cache";

    /** Launches of a check in f32; it has a few more in bf16. */
    private static final int LAUNCHES = 30;

    private final String cache = System.getProperty(CACHE, "");

    @AfterEach
    void forget() {
        System.setProperty(CACHE, cache);
        if (Emulator.isHere()) {
            Emulator.reset();
        }
    }

    @Test
    void aDeviceThatIsRightHasNoFault() {
        assertNull(SelfCheck.difference(Devices.backend()));
    }

    @Test
    void eachLaunchThatIsLostIsFound() {
        Emulator.requireEmulator();
        for (int n = 0; n < LAUNCHES; n += 3) {
            Emulator.reset();
            try (CudaBackend backend = Emulator.open(0)) {
                Emulator.set("lost_launch", n);
                String fault = SelfCheck.difference(backend);
                assertNotNull(fault, "launch " + n);
                assertTrue(
                        fault.matches("[a-z0-9_, ]+ in f32 (differs by .*|gives values that are not numbers)"), fault);
            }
        }
    }

    @Test
    void aDeviceIsTriedOnceAndRefusedIfItIsWrong(@TempDir Path folder) throws IOException {
        Emulator.requireEmulator();
        Emulator.reset();
        System.setProperty(CACHE, folder.toString());
        Emulator.set("lost_launch", 5);
        String reason = assertInstanceOf(Probe.Refused.class, new CudaBackendProvider().probe(0))
                .reason();
        assertTrue(reason.contains("gives other results than the processor: "), reason);
        assertEquals(0, Emulator.used(0));
        assertEquals(0, checked(folder));

        close(assertInstanceOf(Probe.Available.class, new CudaBackendProvider().probe(0)));
        assertEquals(1, checked(folder));

        Emulator.set("lost_launch", 5);
        close(assertInstanceOf(Probe.Available.class, new CudaBackendProvider().probe(0)));
        assertEquals(0, Emulator.used(0));
    }

    private static void close(Probe.Available probe) {
        probe.backend().close();
    }

    private static long checked(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().startsWith("checked-"))
                    .count();
        }
    }
}
