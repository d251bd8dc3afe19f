package dev.swath.nn.train;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs a {@link TrainingTask} through its plan: steps, an evaluation and a checkpoint after each epoch, checkpoints in
 * between, and a last one at the end or when asked to stop. What the task does at step s may depend on s and on its own
 * saved state only; then a run that was cut anywhere and resumed equals one that was not.
 */
public final class Trainer {
    private static final int SPEED_WINDOW = 20;

    private final TrainingPlan plan;
    private final TrainingTask task;
    private final List<TrainingListener> listeners;
    private final Deque<double[]> recent = new ArrayDeque<>();
    private volatile boolean stop;
    private boolean due;

    /** For one run. */
    public Trainer(TrainingPlan plan, TrainingTask task, List<TrainingListener> listeners) {
        this.plan = plan;
        this.task = task;
        this.listeners = List.copyOf(listeners);
    }

    /** Asks the run to save and end after the step that is running; may be called from any thread. */
    public void requestStop() {
        stop = true;
    }

    /**
     * Runs to the end of the plan.
     *
     * @param firstStep steps done before, 0 for a new run
     * @param evaluationDue whether the evaluation after step {@code firstStep} is still to come
     */
    public TrainingListener.End run(long firstStep, boolean evaluationDue) {
        tell(l -> l.onBegin(new TrainingListener.Begin(plan, firstStep)));
        long steps = firstStep;
        long saved = firstStep > 0 && !evaluationDue ? firstStep : -1;
        if (evaluationDue) {
            saved = endOfEpoch(steps);
        }
        while (steps < plan.lastStep() && !stop) {
            step(steps++);
            if (steps % plan.stepsPerEpoch() == 0) {
                saved = endOfEpoch(steps);
            } else if (plan.saveEvery() > 0 && steps % plan.saveEvery() == 0) {
                saved = save(steps, false);
            }
        }
        if (saved != steps) {
            save(steps, false);
        }
        TrainingListener.End end = due || (stop && steps < plan.lastStep())
                ? TrainingListener.End.STOPPED
                : steps == plan.totalSteps() ? TrainingListener.End.FINISHED : TrainingListener.End.MAX_STEPS;
        long done = steps;
        tell(l -> l.onEnd(end, done));
        return end;
    }

    private void step(long index) {
        long start = System.nanoTime();
        StepResult result = task.step(index);
        double seconds = (System.nanoTime() - start) / 1e9;
        if (!Double.isFinite(result.loss())) {
            throw new TrainingException(
                    "[train] the loss must be a finite number; got " + result.loss() + " at step " + (index + 1)
                            + "; lower the learning rate or clip the gradient, and resume from the last checkpoint");
        }
        recent.addLast(new double[] {seconds, result.samples()});
        if (recent.size() > SPEED_WINDOW) {
            recent.removeFirst();
        }
        double time = recent.stream().mapToDouble(r -> r[0]).sum();
        double samples = recent.stream().mapToDouble(r -> r[1]).sum();
        Runtime runtime = Runtime.getRuntime();
        TrainingListener.Step event = new TrainingListener.Step(
                index + 1,
                plan.epochOf(index) + 1,
                result,
                samples / time,
                runtime.totalMemory() - runtime.freeMemory(),
                (plan.lastStep() - index - 1) * time / recent.size());
        tell(l -> l.onStep(event));
    }

    /** Evaluates and saves; returns the steps that are saved. */
    private long endOfEpoch(long steps) {
        int epoch = plan.epochOf(steps - 1);
        Optional<Map<String, Double>> metrics = task.evaluate(epoch, () -> stop);
        metrics.ifPresent(m -> tell(l -> l.onEpoch(new TrainingListener.Epoch(epoch + 1, steps, m))));
        due = metrics.isEmpty();
        return save(steps, due);
    }

    private long save(long steps, boolean evaluationDue) {
        String where = task.save(steps, evaluationDue);
        tell(l -> l.onCheckpoint(new TrainingListener.Checkpoint(steps, where)));
        return steps;
    }

    private void tell(Consumer<TrainingListener> event) {
        listeners.forEach(event);
    }
}
