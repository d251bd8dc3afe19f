package dev.swath.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.bench.ops.Contender;
import dev.swath.bench.ops.Engine;
import dev.swath.bench.ops.LinearCase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is loaded is decided once in a process, so each test starts one. */
class TorchRuntimeTest {
    /** Multiplies with two threads and prints whose product it was, and on which of MKL's threads. */
    static final class Product {
        private Product() {}

        public static void main(String[] arguments) {
            LinearCase linear = new LinearCase("300x200x100");
            try (Engine engine = new TorchEngine(2);
                    Contender contender = engine.linear(linear)) {
                contender.run();
                linear.check(engine.name(), contender.result());
            }
            System.out.println((TorchRuntime.isMkl() ? "MKL " : "OpenBLAS ") + TorchRuntime.threadLayers());
        }
    }

    private static String product(Path folder, String... options) throws Exception {
        Path out = folder.resolve("out");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString());
        builder.command().addAll(List.of(options));
        builder.command()
                .addAll(List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Product.class.getName()));
        Process process =
                builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
        assertTrue(process.waitFor(5, TimeUnit.MINUTES), "it hangs");
        String text = Files.readString(out);
        assertEquals(0, process.exitValue(), text);
        return text.lines().reduce((_, last) -> last).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"-Dswath.bench=1,MKL [gnu]", "-Dorg.bytedeco.openblas.load=,OpenBLAS []"})
    void twoThreadsOnAMachineThatWasUsedBefore(String option, String expected, @TempDir Path folder) throws Exception {
        assertEquals(expected, product(folder, option));
    }

    /** Nothing of the peers has been unpacked yet. */
    @Test
    void twoThreadsOnAMachineThatWasNeverUsed(@TempDir Path folder) throws Exception {
        Path cache = Files.createDirectory(folder.resolve("cache"));
        assertEquals("MKL [gnu]", product(folder, "-Dorg.bytedeco.javacpp.cachedir=" + cache));
    }
}
