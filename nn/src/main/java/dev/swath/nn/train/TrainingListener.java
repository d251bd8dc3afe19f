package dev.swath.nn.train;

import java.util.Map;

/** Watches a run. Calls come from the trainer's thread, in order; an exception ends the run. */
public interface TrainingListener {
    /**
     * The run begins or goes on.
     *
     * @param plan how long it is
     * @param steps done before
     */
    record Begin(TrainingPlan plan, long steps) {}

    /**
     * A step is done.
     *
     * @param steps done so far, this one included
     * @param epoch it belongs to, from 1
     * @param result what it tells
     * @param samplesPerSecond over the last steps, without evaluations and checkpoints
     * @param memoryBytes of the heap in use
     * @param secondsLeft until the run's end at this speed, without evaluations and checkpoints
     */
    record Step(
            long steps, int epoch, StepResult result, double samplesPerSecond, long memoryBytes, double secondsLeft) {}

    /**
     * A pass over the data is done and evaluated.
     *
     * @param epoch from 1
     * @param steps done so far
     * @param metrics by name; empty if none were due
     */
    record Epoch(int epoch, long steps, Map<String, Double> metrics) {}

    /**
     * A checkpoint is written.
     *
     * @param steps that it holds
     * @param where it lies
     */
    record Checkpoint(long steps, String where) {}

    /** Why a run ended. */
    enum End {
        /** All epochs are done. */
        FINISHED,
        /** The number of steps that was asked for is done; the epochs are not. */
        MAX_STEPS,
        /** It was asked to stop. */
        STOPPED
    }

    /** Before the first step. */
    default void onBegin(Begin event) {}

    /** After each step. */
    default void onStep(Step event) {}

    /** After each pass over the data. */
    default void onEpoch(Epoch event) {}

    /** After each checkpoint. */
    default void onCheckpoint(Checkpoint event) {}

    /** After everything, the last checkpoint included; not after a failure. */
    default void onEnd(End event, long steps) {}
}
