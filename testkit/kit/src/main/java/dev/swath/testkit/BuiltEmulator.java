package dev.swath.testkit;

import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The pretended libraries of CUDA in the folder of {@code -Dswath.test.emulator}, if they were built. */
public final class BuiltEmulator {
    /** The pretended driver. */
    public static final Path DRIVER = Path.of(System.getProperty("swath.test.emulator", ""), "libcuda.so.1");

    private static final boolean HERE = Files.exists(DRIVER);

    private BuiltEmulator() {}

    /** Whether it was built. */
    public static boolean isHere() {
        return HERE;
    }

    /** Skips the test where it was not built; with {@code CI=true} it fails, for there it must be. */
    public static void require() {
        if (!HERE && "true".equals(System.getenv("CI"))) {
            fail("the emulator was not built, and where CI=true it must be; it needs g++");
        }
        Assumptions.assumeTrue(HERE, "the emulator was not built: there is no g++, or this is not Linux");
    }
}
