package dev.swath.fianet.cli;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.metrics.Evaluation;
import dev.swath.fianet.metrics.PairEvaluation;
import dev.swath.fianet.metrics.PairEvaluation.Tally;
import dev.swath.fianet.synth.PositionPairs;
import dev.swath.fianet.synth.SyntheticScenes;
import dev.swath.fianet.synth.WordPair;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.AtomicFile;
import dev.swath.files.Quoted;
import dev.swath.files.json.Json;
import dev.swath.kernels.Parallelism;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures whether a model follows words of place and size. */
@Command(
        name = "pairs",
        description = {
            "Draws scenes with two things of one kind that differ by place or size, asks a model for the one by such words (\"The ship on"
                    + " the left\") and for the other (\"The ship on the right\"), and counts how often it marks the right one.",
            "",
            "  right  the answer overlaps more (IoU) with the thing asked for than with the other one",
            "  well   right, and IoU with the thing asked for is above 0.5",
            "  both   right for both sentences of a scene",
            "all in percent. A model that does not read these words marks the same for either sentence: it is right in 50 of 100 answers"
                    + " and never for both."
        },
        footer = {
            "",
            "Examples:",
            "  swath pairs",
            "  swath pairs --weights best.pth --vocab vocab.txt --count 100 \\",
            "    --format markdown --out pairs.json"
        })
final class PairsCommand implements Callable<Integer> {
    enum Format {
        TEXT,
        MARKDOWN,
        CSV,
        JSON
    }

    private static final String ALL = "all";

    @Spec
    CommandSpec spec;

    @Mixin
    RunOptions run;

    @Option(
            names = "--weights",
            defaultValue = Segmenters.BUNDLED,
            paramLabel = "FILE|DIR",
            description = ModelOptions.WEIGHTS + " (default: ${DEFAULT-VALUE}).")
    Path weights;

    @Mixin
    ModelOptions model;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "30",
            description = "Scenes of each pair of words, two sentences each (default: ${DEFAULT-VALUE}).")
    int count;

    @Option(
            names = "--size",
            paramLabel = "PX",
            description = "Side of the scenes (default: the network's image size).")
    @Nullable
    Integer size;

    @Option(
            names = "--seed",
            defaultValue = "2027",
            paramLabel = "N",
            description = "Which scenes (default: ${DEFAULT-VALUE}).")
    long seed;

    @Option(
            names = "--format",
            defaultValue = "text",
            description = "text, markdown, csv or json (default: ${DEFAULT-VALUE}); json holds every answer.")
    Format format = Format.TEXT;

    @Option(names = "--out", paramLabel = "FILE", description = "Write the json there, too.")
    @Nullable
    Path out;

    @Override
    public Integer call() {
        model.requireFitting(weights);
        if (count < 1 || count > 100_000) {
            throw new UsageException("--count must be from 1 to 100000; got " + count);
        }
        if (out != null) {
            Outputs.requireWritable(out, "--out");
        }
        var stdout = spec.commandLine().getOut();
        var stderr = spec.commandLine().getErr();
        try (Parallelism threads = run.parallelism();
                ReferringSegmenter segmenter = Segmenters.open(
                        spec, weights, Segmenters.options(run, model, threads).withDataset(DatasetVocabulary.RRSISD))) {
            PositionPairs pairs = new PositionPairs(seed, side(segmenter));
            PairEvaluation.Report report;
            try (Progress progress = new Progress(stderr, "scenes", count * WordPair.values().length)) {
                report = PairEvaluation.run(pairs, count, Evaluation.Predictor.of(segmenter), threads, progress::done);
            }
            String json = Json.write(json(pairs, report), true);
            switch (format) {
                case TEXT -> table(report).text().forEach(stdout::println);
                case MARKDOWN -> table(report).markdown().forEach(stdout::println);
                case CSV -> table(report).csv().forEach(stdout::println);
                case JSON -> stdout.println(json);
            }
            stdout.flush();
            if (out != null) {
                AtomicFile.write(out, (json + "\n").getBytes(StandardCharsets.UTF_8));
                stderr.println("swath: wrote " + Quoted.path(out));
            }
        }
        return 0;
    }

    private int side(ReferringSegmenter segmenter) {
        int own = segmenter.preprocessor().size();
        int side = size != null ? size : Math.max(own, SyntheticScenes.MIN_SIZE);
        if (side < SyntheticScenes.MIN_SIZE || side > SyntheticScenes.MAX_SIZE) {
            throw new UsageException("--size must be from " + SyntheticScenes.MIN_SIZE + " to "
                    + SyntheticScenes.MAX_SIZE + "; got " + side);
        }
        return side;
    }

    private static Table table(PairEvaluation.Report report) {
        List<List<String>> rows = new ArrayList<>();
        for (WordPair words : WordPair.values()) {
            rows.add(row(words.label(), report.of(words)));
        }
        rows.add(row(ALL, report.all()));
        return new Table(
                List.of("words", "scenes", "right", "well", "both", "chance", "mIoU", "mIoU with the other"), rows);
    }

    private static List<String> row(String words, Tally t) {
        return List.of(
                words,
                String.valueOf(t.scenes()),
                percent(t.right()),
                percent(t.well()),
                percent(t.both()),
                "50.0",
                percent(t.asked()),
                percent(t.other()));
    }

    private static String percent(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private Map<String, Object> json(PositionPairs pairs, PairEvaluation.Report report) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("model", String.valueOf(weights.getFileName()));
        all.put("seed", pairs.seed());
        all.put("size", pairs.size());
        all.put("scenes_version", SyntheticScenes.VERSION);
        Map<String, Object> words = new LinkedHashMap<>();
        for (WordPair pair : WordPair.values()) {
            words.put(pair.label(), json(report.of(pair)));
        }
        all.put("words", words);
        all.put(ALL, json(report.all()));
        List<Object> answers = new ArrayList<>();
        for (PairEvaluation.Answer a : report.answers()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("words", a.words().label());
            row.put("scene", a.scene());
            row.put("sentence", a.sentence());
            row.put("iou", a.asked());
            row.put("iou_with_the_other", a.other());
            row.put("right", a.right());
            row.put("well", a.well());
            answers.add(row);
        }
        all.put("answers", answers);
        return all;
    }

    private static Map<String, Object> json(Tally t) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("scenes", t.scenes());
        out.put("right", t.right());
        out.put("well", t.well());
        out.put("both", t.both());
        out.put("chance", 50.0);
        out.put("mIoU", t.asked());
        out.put("mIoU_with_the_other", t.other());
        return out;
    }
}
