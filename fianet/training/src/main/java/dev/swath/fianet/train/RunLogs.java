package dev.swath.fianet.train;

import dev.swath.fianet.data.Split;
import dev.swath.fianet.draw.Png;
import dev.swath.nn.train.TrainingListener;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** Everything that a run writes down for people: metrics, TensorBoard events, the picture of the curves. */
final class RunLogs implements AutoCloseable {
    private final RunFolder folder;
    private final MetricsLog metrics;
    private final TensorBoard board;
    private final String imageTag;
    private final EvaluationSamples shown;

    private RunLogs(RunFolder folder, MetricsLog metrics, TensorBoard board, String imageTag, EvaluationSamples shown) {
        this.folder = folder;
        this.metrics = metrics;
        this.board = board;
        this.imageTag = imageTag;
        this.shown = shown;
    }

    /**
     * Opens them, without what the run will write again.
     *
     * @param start the state that the run goes on from
     * @param selection the split that is evaluated
     * @param shown its first samples, as they were answered in the last evaluation
     */
    static RunLogs open(RunFolder folder, RunState start, Split selection, EvaluationSamples shown) {
        return new RunLogs(
                folder,
                MetricsLog.open(folder, start.steps(), start.evaluationDue()),
                TensorBoard.open(folder, start.steps(), start.evaluationDue()),
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
            board.scalar(TensorBoard.TRAIN + "loss", e.steps(), e.result().loss());
            board.scalar(
                    TensorBoard.TRAIN + "learning_rate", e.steps(), e.result().learningRate());
            board.scalar(TensorBoard.TRAIN + "samples_per_second", e.steps(), e.samplesPerSecond());
            e.result().parts().forEach((name, value) -> board.scalar(TensorBoard.TRAIN + name, e.steps(), value));
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
            Path curves = folder.resolve("curves.png");
            try {
                Curves.write(curves, metrics.records());
            } catch (UncheckedIOException e) {
                throw folder.failure(curves, e.getCause());
            }
        }
    }

    @Override
    public void close() {
        metrics.close();
        board.close();
    }
}
