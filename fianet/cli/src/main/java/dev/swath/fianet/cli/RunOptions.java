package dev.swath.fianet.cli;

import dev.swath.kernels.Backend;
import dev.swath.kernels.BackendProvider;
import dev.swath.kernels.Backends;
import dev.swath.kernels.Parallelism;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that runs a network. */
final class RunOptions {
    @Option(
            names = "--device",
            defaultValue = "auto",
            description =
                    "auto, cpu or cuda (default: ${DEFAULT-VALUE}). Asking for cuda and not getting it is an error.")
    Backends.Request device = Backends.Request.AUTO;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to work with (default: one a processor).")
    @Nullable
    Integer threads;

    Parallelism parallelism() {
        return parallelism(threads);
    }

    /** That many threads, or one a processor if null. */
    static Parallelism parallelism(@Nullable Integer threads) {
        if (threads != null && threads < 1) {
            throw new UsageException("--threads must be at least 1; got " + threads);
        }
        return threads == null ? Parallelism.ofCores() : Parallelism.ofThreads(threads);
    }

    /** Under {@code auto}: the backends that would have been preferred to the chosen one, and why each was refused. */
    Map<String, Object> passedOver(Backend chosen) {
        Map<String, Object> out = new LinkedHashMap<>();
        if (device == Backends.Request.AUTO) {
            for (Backends.Finding finding : Backends.discover().findings()) {
                if (finding.name().equals(chosen.name())) {
                    break;
                }
                if (finding.probe() instanceof BackendProvider.Probe.Refused(String reason)) {
                    out.put(finding.name(), reason);
                }
            }
        }
        return out;
    }
}
