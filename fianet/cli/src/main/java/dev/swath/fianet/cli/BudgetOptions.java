package dev.swath.fianet.cli;

import dev.swath.files.Counted;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How long each of several networks is trained: a number of steps, or of minutes. */
final class BudgetOptions {
    @Option(names = "--steps", paramLabel = "N", description = "Optimizer steps of each network.")
    @Nullable
    Long steps;

    @Option(
            names = "--minutes",
            paramLabel = "X",
            description =
                    "In place of --steps: each network gets as many steps as its first ones say fit into X minutes"
                            + " of training, reading and evaluation not counted.")
    @Nullable
    Double minutes;

    /** Refuses what is no budget. */
    void check() {
        if ((steps == null) == (minutes == null)) {
            throw new UsageException("a budget is needed: give either --steps or --minutes");
        }
        if (steps != null && steps < 1) {
            throw new UsageException("--steps must be at least 1; got " + steps);
        }
        if (minutes != null && !(minutes > 0 && minutes < 1e6)) {
            throw new UsageException("--minutes must be above 0 and below a million; got " + minutes);
        }
    }

    /** For people. */
    String describe() {
        return steps != null ? Counted.of(steps, "step") + " each" : minutes + " minutes each";
    }
}
