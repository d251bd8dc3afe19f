package dev.swath.fianet.inspect;

import dev.swath.nn.inspect.Keep;
import java.util.List;

/**
 * How a network is looked into.
 *
 * @param keep the tensors to keep; of all others statistics and a small picture remain
 * @param memory bytes that may be kept: {@link Inspection#plan} is asked before the pass, which does not begin if it would keep more
 * @param interventions what is changed in the pass
 */
public record InspectionOptions(Keep keep, long memory, List<Intervention> interventions) {
    /** Copies. */
    public InspectionOptions {
        interventions = List.copyOf(interventions);
    }

    /** Keeps nothing but what belongs to the words, in at most 512 MiB, and changes nothing. */
    public static InspectionOptions defaults() {
        return new InspectionOptions(Keep.NOTHING, 512L << 20, List.of());
    }

    /** With these tensors kept. */
    public InspectionOptions withKeep(Keep k) {
        return new InspectionOptions(k, memory, interventions);
    }

    /** With another limit, in bytes. */
    public InspectionOptions withMemory(long bytes) {
        return new InspectionOptions(keep, bytes, interventions);
    }

    /** With these changes. */
    public InspectionOptions withInterventions(List<Intervention> i) {
        return new InspectionOptions(keep, memory, i);
    }
}
