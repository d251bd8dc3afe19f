package dev.swath.nn.train;

import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** What a {@link Trainer} runs: a network with its data and optimizer. All calls come from the trainer's thread. */
public interface TrainingTask {
    /** One optimizer step; {@code step} counts from 0 over the whole run. */
    StepResult step(long step);

    /**
     * Figures on held-out data after a pass over the data.
     *
     * @param epoch the pass that has ended, from 0
     * @param stop when it turns true, the evaluation should end early
     * @return the figures by name, none if none are due; absent if it ended early
     */
    Optional<Map<String, Double>> evaluate(int epoch, BooleanSupplier stop);

    /**
     * Saves everything that going on needs.
     *
     * @param steps done so far
     * @param evaluationDue whether a pass has ended whose evaluation is still to come
     * @return where it went, for people
     */
    String save(long steps, boolean evaluationDue);
}
