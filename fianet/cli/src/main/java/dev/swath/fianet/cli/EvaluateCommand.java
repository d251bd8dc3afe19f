package dev.swath.fianet.cli;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.data.Layout;
import dev.swath.fianet.data.ReferringDataset;
import dev.swath.fianet.data.ShuffledSentences;
import dev.swath.fianet.data.Split;
import dev.swath.fianet.metrics.Evaluation;
import dev.swath.fianet.text.ExpressionParser;
import dev.swath.files.Quoted;
import dev.swath.kernels.Parallelism;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures a model on a data set and prints the paper's tables. */
@Command(
        name = "evaluate",
        description = {
            "Measures a model on a data set and prints the paper's tables: the model beside the published systems, and by category.",
            "",
            "With I and U the pixels of the object in both and in either of prediction and mask, at the network's resolution:",
            "  IoU   I / U of one sample; 0 if U = 0",
            "  mIoU  mean intersection over union: the mean of IoU over samples",
            "  oIoU  overall intersection over union: sum of I over samples / sum of U over samples",
            "  Pr@X  precision at X: the share of samples whose IoU is at least X",
            "all times 100. The prediction is class 1 where its logit is the larger one; a tie is background."
        },
        footer = {
            "",
            "Examples:",
            "  swath evaluate --dataset rrsisd --data RRSIS-D/ --split val \\",
            "    --weights model/",
            "  swath evaluate --data RefSegRS.zip --weights best.pth --vocab vocab.txt \\",
            "    --format markdown --panels 8 --out panels/",
            "  swath evaluate --data RefSegRS.zip --weights model/ --shuffle-sentences 1"
        })
final class EvaluateCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    RunOptions run;

    @Mixin
    ModelOptions model;

    @Option(
            names = "--dataset",
            paramLabel = "NAME",
            description = "refsegrs, rrsisd or risbench (default: whichever is there).")
    Layouts.@Nullable Dataset dataset;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR|ZIP",
            description = "The data set's folder or zip file.")
    Path data;

    @Option(names = "--split", defaultValue = "test", description = "train, val or test (default: ${DEFAULT-VALUE}).")
    Split split = Split.TEST;

    @Option(names = "--weights", required = true, paramLabel = "FILE|DIR", description = ModelOptions.WEIGHTS + ".")
    Path weights;

    @Option(
            names = "--masks",
            defaultValue = "reference",
            description = "reference (as published) or aligned (its quirks repaired).")
    ExpressionParser.Mode mode = ExpressionParser.Mode.REFERENCE;

    @Option(
            names = "--shuffle-sentences",
            paramLabel = "SEED",
            description = "Exchange the sentences among the samples first: shows whether the model reads.")
    @Nullable
    Long shuffle;

    @Option(
            names = "--format",
            defaultValue = "text",
            description = "text, markdown, csv or json (default: ${DEFAULT-VALUE}); json holds every sample.")
    EvaluationTables.Format format = EvaluationTables.Format.TEXT;

    @Option(
            names = "--panels",
            defaultValue = "0",
            paramLabel = "N",
            description =
                    "Write panels (image, mask, prediction, sentence) of the N best, N worst and N random samples.")
    int panels;

    @Option(
            names = "--out",
            defaultValue = "swath-out",
            paramLabel = "DIR",
            description = "Where panels are written (default: ${DEFAULT-VALUE}).")
    Path out;

    @Option(
            names = "--seed",
            defaultValue = "2401",
            description = "Chooses the random panels (default: ${DEFAULT-VALUE}).")
    long seed;

    @Override
    public Integer call() {
        model.requireFitting(weights);
        if (panels < 0) {
            throw new UsageException("--panels must be at least 0; got " + panels);
        }
        if (panels > 0) {
            Outputs.requireFolder(out);
        }
        var stdout = spec.commandLine().getOut();
        var stderr = spec.commandLine().getErr();
        Layout layout = Layouts.of(spec, data, dataset);
        try (Parallelism threads = run.parallelism();
                ReferringDataset opened = layout.open(data, split);
                ReferringSegmenter segmenter = Segmenters.open(
                        spec,
                        weights,
                        Segmenters.options(run, model, threads)
                                .withDataset(layout.dataset())
                                .withMode(mode))) {
            ReferringDataset asked = shuffle == null ? opened : new ShuffledSentences(opened, shuffle);
            Evaluation.Predictor predictor = Evaluation.Predictor.of(segmenter);
            Evaluation.Report report;
            try (Progress progress = new Progress(stderr, "samples", asked.size())) {
                report = Evaluation.run(asked, predictor, threads, progress::done);
            }
            String name = weights.toAbsolutePath().normalize().getFileName() + (shuffle == null ? "" : ", shuffled");
            new EvaluationTables(name, asked, report).lines(format).forEach(stdout::println);
            stdout.flush();
            if (panels > 0) {
                new EvaluationPanels(Outputs.created(out), asked, predictor, report)
                        .write(panels, seed)
                        .forEach(file -> stderr.println("swath: wrote " + Quoted.path(file)));
            }
            if (split != Split.TEST && !opened.drawn()) {
                stderr.println("swath: the published rows are of the test split; these are of '" + split.key() + "'.");
            }
        }
        return 0;
    }
}
