package dev.swath.fianet.cli;

import dev.swath.kernels.Backend;
import dev.swath.kernels.BackendProvider;
import dev.swath.kernels.Backends;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says what this machine offers and why each backend is or is not used. */
@Command(
        name = "doctor",
        description = "Says which Java, vector width and backends are here, and why each is or is not used.",
        footer = {"", "Example:", "  swath doctor"})
final class DoctorCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        Runtime runtime = Runtime.getRuntime();
        out.printf("java        %s, %s%n", System.getProperty("java.vm.version"), System.getProperty("java.vm.name"));
        out.printf("system      %s %s%n", System.getProperty("os.name"), System.getProperty("os.arch"));
        out.printf("processors  %d%n", runtime.availableProcessors());
        out.printf("heap        %d MiB at most%n", runtime.maxMemory() >> 20);
        Backends backends = Backends.discover();
        Backend chosen = backends.choose(Backends.Request.AUTO);
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
        }
        out.flush();
        return 0;
    }
}
