package dev.swath.nn.train;

/**
 * How long a run is and when it saves.
 *
 * @param epochs passes over the data
 * @param stepsPerEpoch optimizer steps of one pass
 * @param maxSteps the run stops after this many steps, counted from the very first; what depends on the length of the
 *     whole run, such as a schedule, goes by {@link #totalSteps} nevertheless
 * @param saveEvery a checkpoint is written after so many steps, besides the one of each epoch; 0 for never
 */
public record TrainingPlan(int epochs, int stepsPerEpoch, long maxSteps, int saveEvery) {
    /** Checks. */
    public TrainingPlan {
        if (epochs < 1 || stepsPerEpoch < 1 || maxSteps < 0 || saveEvery < 0) {
            throw new TrainingException("[train] a run needs at least one epoch of one step; got " + epochs
                    + " epochs of " + stepsPerEpoch + " steps, at most " + maxSteps + " steps, saved every "
                    + saveEvery);
        }
    }

    /** Steps of all epochs. */
    public long totalSteps() {
        return (long) epochs * stepsPerEpoch;
    }

    /** The step that the run ends after. */
    public long lastStep() {
        return Math.min(maxSteps, totalSteps());
    }

    /** The epoch, from 0, that step {@code step}, from 0, belongs to. */
    public int epochOf(long step) {
        return (int) (step / stepsPerEpoch);
    }
}
