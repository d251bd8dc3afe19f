package dev.swath.fianet.cli;

import dev.swath.nn.train.TrainingListener;
import java.util.ArrayList;
import java.util.List;

/** Counts the seconds that steps take, without evaluations and checkpoints. */
class Pace implements TrainingListener {
    private final List<Double> steps = new ArrayList<>();
    private long last = System.nanoTime();

    @Override
    public void onBegin(Begin event) {
        last = System.nanoTime();
    }

    @Override
    public void onStep(Step event) {
        long now = System.nanoTime();
        steps.add((now - last) / 1e9);
        last = now;
    }

    @Override
    public void onEpoch(Epoch event) {
        last = System.nanoTime();
    }

    @Override
    public void onCheckpoint(Checkpoint event) {
        last = System.nanoTime();
    }

    /** Of all steps. */
    double seconds() {
        return steps.stream().mapToDouble(s -> s).sum();
    }

    /** The middle one of the later half, when the kernels are compiled. */
    double secondsAStep() {
        List<Double> later =
                steps.subList(steps.size() / 2, steps.size()).stream().sorted().toList();
        return later.get(later.size() / 2);
    }
}
