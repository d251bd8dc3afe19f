package dev.swath.fianet.train;

import dev.swath.fianet.model.FiaNet;
import dev.swath.nn.Parameter;
import dev.swath.nn.optim.AdamW;
import java.util.List;
import java.util.Locale;

/** How much memory a run will take. */
final class MemoryEstimate {
    private MemoryEstimate() {}

    /** A few lines for people. */
    static List<String> lines(FiaNet network, TrainingConfig config, AdamW optimizer) {
        long weights = 4 * network.parameterCount();
        long gradients = network.namedParameters().values().stream()
                .filter(Parameter::requiresGrad)
                .mapToLong(p -> 4 * p.shape().elements())
                .sum();
        return List.of(String.format(
                Locale.ROOT,
                "memory: %s of weights, %s of gradients, %s of optimizer state",
                mebibytes(weights),
                mebibytes(gradients),
                mebibytes(optimizer.stateBytes())));
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%,d MiB", bytes >> 20);
    }
}
