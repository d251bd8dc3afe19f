package dev.swath.kernels;

import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.Device;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** Chooses a backend. What was found, and why the rest was refused, can be read from the value. */
public final class Backends {
    /** What a user may ask for. */
    public enum Request {
        /** The best that runs here. */
        AUTO,
        /** The best that runs on the processor. */
        CPU,
        /** An NVIDIA device or an error. */
        CUDA
    }

    /**
     * One provider's answer.
     *
     * @param name the backend's name
     * @param preference the provider's rank
     * @param probe its answer
     */
    public record Finding(String name, int preference, BackendProvider.Probe probe) {}

    private final List<Finding> findings;

    private Backends(List<Finding> findings) {
        this.findings = List.copyOf(findings);
    }

    /** Asks every provider on the module path or class path; the scalar backend is always there. */
    public static Backends discover() {
        List<Finding> found = new ArrayList<>();
        Iterator<BackendProvider> providers = ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader())
                .iterator();
        while (true) {
            try {
                if (!providers.hasNext()) {
                    break;
                }
                BackendProvider p = providers.next();
                found.add(new Finding(p.name(), p.preference(), p.probe()));
            } catch (ServiceConfigurationError | LinkageError e) {
                found.add(new Finding(
                        "unknown",
                        -1,
                        new BackendProvider.Probe.Refused("a backend could not be loaded: " + e.getMessage())));
            }
        }
        found.add(new Finding("scalar", 0, new BackendProvider.Probe.Available(new ScalarBackend())));
        found.sort(Comparator.comparingInt(Finding::preference).reversed());
        return new Backends(found);
    }

    /** Every provider's answer, the preferred first. */
    public List<Finding> findings() {
        return findings;
    }

    /**
     * The preferred backend that answers the request.
     *
     * @throws BackendUnavailableException if there is none; the message lists each reason
     */
    public Backend choose(Request request) {
        StringBuilder reasons = new StringBuilder();
        for (Finding finding : findings) {
            switch (finding.probe()) {
                case BackendProvider.Probe.Available(Backend backend) -> {
                    boolean cuda = backend.device().kind() == Device.Kind.CUDA;
                    if (request == Request.AUTO || cuda == (request == Request.CUDA)) {
                        return backend;
                    }
                }
                case BackendProvider.Probe.Refused(String reason) -> {
                    if (request != Request.CUDA || finding.name().startsWith("cuda")) {
                        reasons.append(reasons.isEmpty() ? "" : "; ")
                                .append(finding.name())
                                .append(": ")
                                .append(reason);
                    }
                }
            }
        }
        throw new BackendUnavailableException(
                "[device] " + request.name().toLowerCase(Locale.ROOT) + " was asked for but cannot be used here; "
                        + (reasons.isEmpty()
                                ? "no such backend is on the module path (artifact swath-kernels-cuda)"
                                : reasons));
    }

    /** The preferred backend that runs on the processor. */
    public static Backend cpu() {
        return discover().choose(Request.CPU);
    }
}
