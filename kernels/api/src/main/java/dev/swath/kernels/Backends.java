package dev.swath.kernels;

import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.Device;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** Chooses a backend. What was found, and why the rest was refused, can be read from the value. */
public final class Backends {
    /**
     * One provider's answer.
     *
     * @param name the backend's name
     * @param preference the provider's rank
     * @param probe its answer
     * @param details what else it has to say, a line each
     */
    public record Finding(String name, int preference, BackendProvider.Probe probe, List<String> details) {}

    /** A provider that is asked when its answer is needed, and once. */
    private static final class Candidate {
        private final String name;
        private final int preference;
        private final Device.Kind kind;
        private final IntFunction<BackendProvider.Probe> source;
        private final Supplier<List<String>> details;
        private final Map<Integer, BackendProvider.Probe> answers = new HashMap<>();

        Candidate(
                String name,
                int preference,
                Device.Kind kind,
                IntFunction<BackendProvider.Probe> source,
                Supplier<List<String>> details) {
            this.name = name;
            this.preference = preference;
            this.kind = kind;
            this.source = source;
            this.details = details;
        }

        int preference() {
            return preference;
        }

        /** Its answer for the device of that number; the processor has number 0 only. */
        synchronized BackendProvider.Probe probe(int index) {
            return answers.computeIfAbsent(index, i -> {
                try {
                    return source.apply(i);
                } catch (LinkageError e) {
                    return unloadable(e);
                }
            });
        }

        static BackendProvider.Probe unloadable(Throwable e) {
            return new BackendProvider.Probe.Refused("a backend could not be loaded: " + e.getMessage());
        }
    }

    private static final System.Logger LOGGER = System.getLogger(Backends.class.getName());

    /** Whether this process was told that it is slow; once is enough. */
    private static final AtomicBoolean SAID = new AtomicBoolean();

    private final List<Candidate> candidates;

    private Backends(List<Candidate> candidates) {
        this.candidates = List.copyOf(candidates);
    }

    /** Finds every provider on the module path or class path; the scalar backend is always there. */
    public static Backends discover() {
        List<Candidate> found = new ArrayList<>();
        Iterator<BackendProvider> providers = ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader())
                .iterator();
        while (true) {
            try {
                if (!providers.hasNext()) {
                    break;
                }
                BackendProvider p = providers.next();
                found.add(new Candidate(p.name(), p.preference(), p.kind(), p::probe, p::details));
            } catch (ServiceConfigurationError | LinkageError e) {
                found.add(new Candidate("unknown", -1, Device.Kind.CPU, _ -> Candidate.unloadable(e), List::of));
            }
        }
        found.add(new Candidate(
                "scalar", 0, Device.Kind.CPU, _ -> new BackendProvider.Probe.Available(new ScalarBackend()), List::of));
        found.sort(Comparator.comparingInt(Candidate::preference).reversed());
        return new Backends(found);
    }

    /** Every provider's answer, the preferred first; asks those that have not been asked yet. */
    public List<Finding> findings() {
        return candidates.stream()
                .map(c -> new Finding(c.name, c.preference, c.probe(0), c.details.get()))
                .toList();
    }

    /** The backends that are preferred to the chosen one but cannot run here, each with its reason; no other is probed. */
    public Map<String, String> passedOver(Backend chosen) {
        Map<String, String> reasons = new LinkedHashMap<>();
        for (Candidate candidate : candidates) {
            if (candidate.name.equals(chosen.name())) {
                break;
            }
            if (candidate.probe(0) instanceof BackendProvider.Probe.Refused(String reason)) {
                reasons.put(candidate.name, reason);
            }
        }
        return reasons;
    }

    /**
     * The preferred backend that answers the request. Providers for other devices than the one asked for, and those
     * behind the chosen one, are not probed.
     *
     * @throws BackendUnavailableException if there is none; the message lists each reason
     */
    public Backend choose(DeviceRequest request) {
        List<String> reasons = new ArrayList<>();
        for (Candidate candidate : candidates) {
            if (!request.admits(candidate.kind)) {
                continue;
            }
            switch (candidate.probe(candidate.kind == Device.Kind.CPU ? 0 : request.index())) {
                case BackendProvider.Probe.Available(Backend backend) -> {
                    if (backend instanceof ScalarBackend && !reasons.isEmpty() && SAID.compareAndSet(false, true)) {
                        LOGGER.log(
                                System.Logger.Level.WARNING,
                                "the scalar kernels are used: the same answers, but very much slower; "
                                        + String.join("; ", reasons));
                    }
                    return backend;
                }
                case BackendProvider.Probe.Refused(String reason) -> reasons.add(candidate.name + ": " + reason);
            }
        }
        throw new BackendUnavailableException("[device] " + request + " was asked for but cannot be used here; "
                + (reasons.isEmpty()
                        ? "no such backend is on the module path (artifact swath-kernels-cuda)"
                        : String.join("; ", reasons)));
    }

    /** The preferred backend that runs on the processor. */
    public static Backend cpu() {
        return discover().choose(DeviceRequest.CPU);
    }
}
