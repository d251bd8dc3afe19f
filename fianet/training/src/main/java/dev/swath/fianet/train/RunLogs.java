package dev.swath.fianet.train;

import dev.swath.fianet.data.Split;
import dev.swath.fianet.draw.Png;
import dev.swath.nn.train.TrainingListener;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** Everything that a run writes down for people: metrics, TensorBoard events, the picture of the curves. */
final class RunLogs implements AutoCloseable {
    private final MetricsLog metrics;
    private final TensorBoard board;
    private final Path curves;
    private final String imageTag;
    private final EvaluationSamples shown;

    private RunLogs(MetricsLog metrics, TensorBoard board, Path curves, String imageTag, EvaluationSamples shown) {
        this.metrics = metrics;
        this.board = board;
        this.curves = curves;
        this.imageTag = imageTag;
        this.shown = shown;
    }

    /**
     * Opens them, without what they hold of steps after {@code steps}.
     *
     * @param selection the split that is evaluated
     * @param shown its first samples, as they were answered in the last evaluation
     */
    static RunLogs open(RunFolder folder, long steps, Split selection, EvaluationSamples shown) {
        return new RunLogs(
                MetricsLog.open(folder, steps),
                TensorBoard.open(folder.resolve("tensorboard"), steps + 1),
                folder.resolve("curves.png"),
                selection.key() + "/samples",
                shown);
    }

    /** Those who write. */
    List<TrainingListener> listeners() {
        return List.of(metrics, new Events(), new Picture());
    }

    private final class Events implements TrainingListener {
        @Override
        public void onStep(Step e) {
            board.scalar("train/loss", e.steps(), e.result().loss());
            board.scalar("train/learning_rate", e.steps(), e.result().learningRate());
            board.scalar("train/samples_per_second", e.steps(), e.samplesPerSecond());
            e.result().parts().forEach((name, value) -> board.scalar("train/" + name, e.steps(), value));
        }

        @Override
        public void onEpoch(Epoch e) {
            e.metrics().forEach((name, value) -> board.scalar("evaluation/" + name, e.steps(), value));
            if (!e.metrics().isEmpty()) {
                Png picture = shown.picture();
                board.image(imageTag, e.steps(), picture.width(), picture.height(), picture.bytes());
            }
        }
    }

    private final class Picture implements TrainingListener {
        /** Java2D registers a shutdown hook when it is first used: it must be used before a hook asks the run to save. */
        @Override
        public void onBegin(Begin e) {
            draw();
        }

        @Override
        public void onCheckpoint(Checkpoint e) {
            draw();
        }

        private void draw() {
            try {
                Curves.write(curves, metrics.records());
            } catch (UncheckedIOException failure) {
                throw RunFolder.failure(curves, failure);
            }
        }
    }

    @Override
    public void close() {
        metrics.close();
        board.close();
    }
}
