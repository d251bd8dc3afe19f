package dev.swath.kernels;

import dev.swath.tensor.Device;
import java.util.List;

/** Finds out whether a backend can run here; bound by {@link java.util.ServiceLoader}. */
public interface BackendProvider {
    /** The name by which a user asks for it. */
    String name();

    /** The higher, the sooner it is taken when several can run. The scalar backend has 0. */
    int preference();

    /** Where its tensors live; known without a probe, so that asking for the processor loads no other device's libraries. */
    default Device.Kind kind() {
        return Device.Kind.CPU;
    }

    /**
     * Creates the backend on the device of that number, from 0, or says in one sentence why it cannot run there. Never throws
     * for a missing device or library. The processor has number 0 only.
     */
    Probe probe(int index);

    /** What else people may want to know of it when they ask why it runs as it does: libraries, folders; a line each. */
    default List<String> details() {
        return List.of();
    }

    /** What {@link #probe} found. */
    sealed interface Probe {
        /**
         * It runs.
         *
         * @param backend the backend
         */
        record Available(Backend backend) implements Probe {}

        /**
         * It does not run here.
         *
         * @param reason one sentence, with the remedy where there is one
         */
        record Refused(String reason) implements Probe {}
    }
}
