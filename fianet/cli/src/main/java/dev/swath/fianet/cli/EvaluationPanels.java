package dev.swath.fianet.cli;

import dev.swath.fianet.data.ReferringDataset;
import dev.swath.fianet.data.Sample;
import dev.swath.fianet.draw.Panels;
import dev.swath.fianet.image.PillowResize;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.metrics.Evaluation;
import dev.swath.files.Quoted;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** Pictures of what a model did: image, mask, prediction and sentence of the best, the worst and some random samples. */
final class EvaluationPanels {
    /** Characters of a sample's name in a file's. */
    private static final int MAX_NAME = 100;

    private final Path folder;
    private final ReferringDataset dataset;
    private final Evaluation.Predictor predictor;
    private final Evaluation.Report report;

    EvaluationPanels(Path folder, ReferringDataset dataset, Evaluation.Predictor predictor, Evaluation.Report report) {
        this.folder = folder;
        this.dataset = dataset;
        this.predictor = predictor;
        this.report = report;
    }

    /** Writes up to {@code n} of each sort. */
    List<Path> write(int n, long seed) {
        List<Path> out = new ArrayList<>();
        write("best", Evaluation.best(report, n), out);
        write("worst", Evaluation.worst(report, n), out);
        int size = report.outcomes().size();
        List<Integer> random = new SplittableRandom(seed)
                .ints(0, size)
                .distinct()
                .limit(Math.min(n, size))
                .boxed()
                .toList();
        write("random", random, out);
        return out;
    }

    private void write(String sort, List<Integer> indices, List<Path> out) {
        int number = 0;
        for (int i : indices) {
            number++;
            Evaluation.Outcome outcome = report.outcomes().get(i);
            Sample sample = dataset.read(i);
            Evaluation.Answer answer = Evaluation.answer(sample, predictor);
            RgbImage image = PillowResize.bilinear(
                    sample.image(),
                    answer.prediction().width(),
                    answer.prediction().height());
            String iou = String.format(
                    Locale.ROOT, "IoU %.2f", 100 * outcome.overlap().iou());
            String id = sample.id().replaceAll("[^A-Za-z0-9._-]", "_");
            String name = sort + "-" + number + "-" + id.substring(0, Math.min(MAX_NAME, id.length())) + ".png";
            Path file = folder.resolve(name);
            Panels.Panel panel = new Panels.Panel(
                    image,
                    answer.truth().toBooleanArray(),
                    answer.prediction().toBooleanArray(),
                    List.of(
                            Quoted.rule(sample.sentence()),
                            "image, mask, prediction of " + Quoted.text(sample.id()) + "; " + iou));
            Panels.write(file, panel);
            out.add(file);
        }
    }
}
