package dev.swath.fianet.cli;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.Networks;
import dev.swath.kernels.Backend;
import dev.swath.kernels.BackendProvider;
import dev.swath.kernels.Backends;
import dev.swath.kernels.DeviceRequest;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says what this machine offers and why each backend is or is not used. */
@Command(
        name = "doctor",
        description =
                "Says which Java, flags, vector width, memory, backends and networks are here, and why each backend is or is not used.",
        footer = {"", "Example:", "  swath doctor"})
final class DoctorCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        Runtime runtime = Runtime.getRuntime();
        out.printf("java        %s, %s%n", System.getProperty("java.vm.version"), System.getProperty("java.vm.name"));
        out.printf("home        %s%n", System.getProperty("java.home"));
        out.printf("flags       %s%n", flags());
        out.printf("system      %s %s%n", System.getProperty("os.name"), System.getProperty("os.arch"));
        out.printf("processors  %d%n", runtime.availableProcessors());
        out.printf("vectors     fused multiply-add %s, AVX level %s%n", option("UseFMA"), option("UseAVX"));
        out.printf("memory      %s%n", memory());
        out.printf("heap        %d MiB at most, %d in use%n", runtime.maxMemory() >> 20, used(runtime));
        Backends backends = Backends.discover();
        Backend chosen = backends.choose(DeviceRequest.AUTO);
        for (Backends.Finding finding : backends.findings()) {
            switch (finding.probe()) {
                case BackendProvider.Probe.Available(Backend backend) ->
                    out.printf(
                            "backend     %-7s %s: %s%n",
                            finding.name(),
                            backend.name().equals(chosen.name()) ? "used" : "available",
                            backend.description());
                case BackendProvider.Probe.Refused(String reason) ->
                    out.printf("backend     %-7s not used: %s%n", finding.name(), reason);
            }
            finding.details().forEach(line -> out.printf("            %-7s %s%n", "", line));
        }
        for (NetworkProvider network : Networks.all()) {
            out.printf("network     %-7s %s%n", network.name(), network.title());
        }
        out.flush();
        return 0;
    }

    private static long used(Runtime runtime) {
        return runtime.totalMemory() - runtime.freeMemory() >> 20;
    }

    private static String flags() {
        List<String> given = ManagementFactory.getRuntimeMXBean().getInputArguments();
        return given.isEmpty() ? "none" : String.join(" ", given);
    }

    /** What the JVM has set after looking at the processor; "unknown" where this JVM has no such option. */
    private static String option(String name) {
        HotSpotDiagnosticMXBean bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        try {
            return bean == null ? "unknown" : bean.getVMOption(name).getValue();
        } catch (IllegalArgumentException e) {
            return "unknown";
        }
    }

    private static String memory() {
        OperatingSystemMXBean bean = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return bean == null
                ? "unknown"
                : (bean.getTotalMemorySize() >> 20) + " MiB, " + (bean.getFreeMemorySize() >> 20) + " unused";
    }
}
