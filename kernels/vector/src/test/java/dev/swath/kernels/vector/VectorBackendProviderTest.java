package dev.swath.kernels.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.swath.kernels.BackendProvider.Probe;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When the vector kernels are refused, and what is said then. */
class VectorBackendProviderTest {
    private static final String SLOW =
            ", where vectors are slower than plain loops; set -Dswath.vector.force=true to use them all the same";

    private static Jvm jvm(String name, String info, Map<String, String> options) {
        return new Jvm(name, info, o -> Optional.ofNullable(options.get(o)));
    }

    private static String refusal(Probe probe) {
        return assertInstanceOf(Probe.Refused.class, probe).reason();
    }

    @Test
    void theOffSwitchWinsOverForce() {
        Jvm good = jvm("OpenJDK 64-Bit Server VM", "mixed mode, sharing", Map.of());
        String reason = "the vector kernels were switched off by -Dswath.vector=off";
        assertEquals(reason, refusal(VectorBackendProvider.probe("off", false, good)));
        assertEquals(reason, refusal(VectorBackendProvider.probe("OFF", true, good)));
        assertInstanceOf(Probe.Available.class, VectorBackendProvider.probe("on", false, good));
    }

    @Test
    void withoutTheOptimisingCompilerTheyAreRefused() {
        Jvm client = jvm("OpenJDK 64-Bit Server VM", "mixed mode", Map.of("TieredStopAtLevel", "2"));
        assertEquals(
                "this JVM's optimising compiler is off (-XX:TieredStopAtLevel=2)" + SLOW,
                refusal(VectorBackendProvider.probe("on", false, client)));
        assertInstanceOf(Probe.Available.class, VectorBackendProvider.probe("on", true, client));
        // Where the management bean is missing, the JVM's own word counts.
        assertEquals(
                Optional.of("this JVM's optimising compiler is off"),
                jvm("OpenJDK 64-Bit Server VM", "mixed mode, emulated-client", Map.of())
                        .obstacle());
        assertEquals(
                Optional.of("this JVM only interprets (-Xint)"),
                jvm("OpenJDK 64-Bit Server VM", "interpreted mode", Map.of()).obstacle());
    }

    @Test
    void otherCompilersAreRefused() {
        assertEquals(
                Optional.of("this JVM (OpenJDK 64-Bit Server VM, mixed mode) compiles by JVMCI"),
                jvm("OpenJDK 64-Bit Server VM", "mixed mode", Map.of("UseJVMCICompiler", "true"))
                        .obstacle());
        assertEquals(
                Optional.empty(),
                jvm("OpenJDK 64-Bit Server VM", "mixed mode", Map.of("UseJVMCICompiler", "false"))
                        .obstacle());
        // Without tiers the level says nothing: everything goes to the optimising compiler.
        Map<String, String> untiered = Map.of("TieredCompilation", "false", "TieredStopAtLevel", "1");
        assertEquals(Optional.empty(), jvm("VM", "mixed mode", untiered).obstacle());
    }

    /** A JVM of its own each, so that what HotSpot really says is what is understood. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-XX:TieredStopAtLevel=1 | this JVM's optimising compiler is off (-XX:TieredStopAtLevel=1)",
                "-XX:TieredStopAtLevel=3 | this JVM's optimising compiler is off (-XX:TieredStopAtLevel=3)",
                "-XX:CompilationMode=quick-only | this JVM's optimising compiler is off",
                "-Xint | this JVM only interprets (-Xint)",
                "-XX:TieredStopAtLevel=4 | available",
                "-Dswath.vector=off | the vector kernels were switched off by -Dswath.vector=off"
            })
    void realJvms(String option, String expected) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(option, "--add-modules", "jdk.incubator.vector"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertEquals(0, process.waitFor());
        boolean slow = expected.startsWith("this JVM");
        assertEquals(slow ? expected + SLOW : expected, said);
    }

    /** Prints what the provider answers. */
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) {
            System.out.println(
                    switch (new VectorBackendProvider().probe(0)) {
                        case Probe.Available _ -> "available";
                        case Probe.Refused(String reason) -> reason;
                    });
        }
    }
}
