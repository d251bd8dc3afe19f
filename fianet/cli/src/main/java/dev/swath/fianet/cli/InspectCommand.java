package dev.swath.fianet.cli;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.TrainableModel;
import dev.swath.fianet.image.GrayImage;
import dev.swath.fianet.image.Images;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.inspect.Comparison;
import dev.swath.fianet.inspect.GradientInspection;
import dev.swath.fianet.inspect.Inspection;
import dev.swath.fianet.inspect.InspectionOptions;
import dev.swath.fianet.inspect.Intervention;
import dev.swath.fianet.inspect.Interventions;
import dev.swath.fianet.inspect.Plan;
import dev.swath.fianet.inspect.Reference;
import dev.swath.fianet.inspect.page.PageWriter;
import dev.swath.fianet.inspect.page.Standard;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.fianet.text.ParsedExpression;
import dev.swath.files.Counted;
import dev.swath.files.Quoted;
import dev.swath.kernels.Parallelism;
import dev.swath.nn.inspect.Deviation;
import dev.swath.nn.inspect.Keep;
import dev.swath.nn.inspect.OpRecord;
import dev.swath.nn.inspect.PassRecord;
import dev.swath.nn.loss.SegmentationLoss;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what happens inside a network as one page. */
@Command(
        name = "inspect",
        description = {
            "Shows what happens inside a network for one image and one sentence, as one file of HTML that opens by a double click"
                    + " and asks nothing of any network: the modules with what leaves them, the words that each pixel attends to,"
                    + " tensors and the numbers that made them, and what the mask does when a word or a part is taken away.",
            "With --compare-text, --compare-image or --compare-weights a second run stands beside the first; with --reference the"
                    + " tensors of a file."
        },
        footer = {
            "",
            "Examples:",
            "  swath inspect --image harbor.png --weights model/ \\",
            "    --text \"the ship on the left\" --out page.html",
            "  swath inspect --image harbor.png --weights model/ \\",
            "    --text \"the ship on the left\" \\",
            "    --compare-text \"the ship on the right\" --out page.html",
            "  swath inspect --image harbor.png --weights model/ \\",
            "    --text \"the ship\" --keep \"backbone.layers.2.*\" \\",
            "    --ops \"*:attention\" --no-causes --out page.html"
        })
final class InspectCommand implements Callable<Integer> {
    /** Everything that leaves a module. */
    private static final String ALL = "*";

    /** Seconds that the runs with something taken away may take unasked. */
    private static final int PATIENCE = 20;

    /** Of dropout in the training step. */
    private static final long SEED = 1;

    /** What to lay beside it. */
    static final class Other {
        @Option(
                names = "--compare-text",
                required = true,
                paramLabel = "SENTENCE",
                description = "Beside it: another sentence of the same image.")
        @Nullable
        String text;

        @Option(
                names = "--compare-image",
                required = true,
                paramLabel = "FILE",
                description = "Beside it: another image and the same sentence.")
        @Nullable
        Path image;

        @Option(
                names = "--compare-weights",
                required = true,
                paramLabel = "FILE|DIR",
                description = "Beside it: other weights, the same image and sentence.")
        @Nullable
        Path weights;
    }

    /** Whether to make runs with something taken away. */
    static final class Causes {
        @Option(
                names = "--causes",
                description =
                        "Make the runs with a word or a part taken away, one for each, even if they take longer than "
                                + PATIENCE + " s.")
        boolean made;

        @Option(names = "--no-causes", description = "Leave them out.")
        boolean leftOut;
    }

    @Spec
    CommandSpec spec;

    @Mixin
    RunOptions run;

    @Option(names = "--image", required = true, paramLabel = "FILE", description = "PNG, JPEG or TIFF.")
    Path image;

    @Option(names = "--text", required = true, paramLabel = "SENTENCE", description = "What to mark.")
    String text;

    @Option(names = "--weights", required = true, paramLabel = "FILE|DIR", description = ModelOptions.WEIGHTS + ".")
    Path weights;

    @Mixin
    ModelOptions model;

    @Option(names = "--dataset", paramLabel = "NAME", description = ModelOptions.DATASET)
    @Nullable
    DatasetVocabulary dataset;

    @ArgGroup(multiplicity = "0..1")
    @Nullable
    Other other;

    @Option(
            names = "--reference",
            paramLabel = "FILE",
            description = "Beside it: tensors of the same run under the names of modules, as safetensors or .pth.")
    @Nullable
    Path reference;

    @Option(
            names = "--tolerance",
            defaultValue = "0.0001",
            paramLabel = "E",
            description =
                    "With --reference, the largest error by the largest number of a tensor (default: ${DEFAULT-VALUE}).")
    double tolerance;

    @Option(
            names = "--target",
            paramLabel = "FILE",
            description =
                    "The mask that should come out, an image that is not 0 where the object is: adds a training step, with"
                            + " the published loss.")
    @Nullable
    Path target;

    @Option(
            names = "--keep",
            paramLabel = "PATTERN",
            description =
                    "Whole tensors of these modules in the page, such as \"backbone.layers.?\"; may be given again (default: as"
                            + " many as 7 MiB hold, the most telling first).")
    List<String> keep = List.of();

    @Option(
            names = "--ops",
            paramLabel = "PATTERN",
            description =
                    "The numbers that made each result of these ops, such as \"*:attention\"; may be given again (default: one"
                            + " small op of each kind).")
    List<String> ops = List.of();

    @ArgGroup(multiplicity = "0..1")
    @Nullable
    Causes causes;

    @Option(
            names = "--out",
            defaultValue = "inspection.html",
            paramLabel = "FILE",
            description = "The page (default: ${DEFAULT-VALUE}).")
    Path out;

    @Override
    public Integer call() throws IOException {
        check();
        Outputs.requireWritable(out, "--out");
        RgbImage picture = Images.read(image);
        GrayImage mask = target == null ? null : Images.readGray(Files.readAllBytes(target), target.toString());
        RgbImage otherPicture = other == null || other.image == null ? picture : Images.read(other.image);
        try (Parallelism threads = run.parallelism();
                ReferringSegmenter segmenter = open(weights, threads)) {
            ParsedExpression parsed = Sentences.parse(spec, segmenter, text);
            int pieces = parsed.encoding().ids().length;
            Keep shown = shown(segmenter, pieces);
            InspectionOptions options =
                    InspectionOptions.defaults().withMemory(Runtime.getRuntime().maxMemory() / 2);
            Keep kept = other == null ? shown : shown.and(Keep.modules(ALL));
            segmenter.segment(picture, text); // so that the times are those of a warm machine
            long begin = System.nanoTime();
            Inspection inspection = Inspection.of(segmenter, picture, text, options.withKeep(kept));
            double seconds = (System.nanoTime() - begin) / 1e9;
            PageWriter page = new PageWriter(inspection).showing(shown);
            List<Intervention> standard = Interventions.standard(inspection);
            if (withCauses(standard.size(), seconds)) {
                page.withEffects(Interventions.each(inspection, standard));
            }
            if (reference != null) {
                Reference found = Reference.compare(segmenter, picture, text, reference, tolerance);
                page.withReference(found, String.valueOf(reference.getFileName()));
                tell(found.verdict());
            }
            if (mask != null) {
                page.withGradients(gradients(segmenter, options(threads), picture, mask));
            }
            if (other != null) {
                compare(page, inspection, segmenter, otherPicture, options.withKeep(shown), threads);
            } else {
                page.write(out);
            }
            spec.commandLine()
                    .getErr()
                    .println(Outputs.sentence(
                            Quoted.path(image),
                            text,
                            inspection.result(),
                            segmenter.backend().name()));
        }
        spec.commandLine().getOut().println(out);
        spec.commandLine().getOut().flush();
        return 0;
    }

    /** Whether to make so many more passes, each of about so many seconds. */
    private boolean withCauses(int passes, double seconds) {
        if (causes != null) {
            return causes.made;
        }
        boolean soon = passes * seconds < PATIENCE;
        if (!soon) {
            tell(String.format(
                    Locale.ROOT,
                    "left out: %s with a word or a part taken away, of %.1f s each; --causes makes them",
                    Counted.of(passes, "run"),
                    seconds));
        }
        return soon;
    }

    /** A step of a training that begins with these weights. */
    private GradientInspection gradients(
            ReferringSegmenter segmenter, ReferringSegmenter.Options options, RgbImage picture, GrayImage mask) {
        TrainableModel trained =
                Segmenters.isBundled(weights) ? TrainableModel.bundled(options) : TrainableModel.open(weights, options);
        trained.network().to(segmenter.backend());
        boolean[] wanted = new boolean[mask.values().length];
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = mask.values()[i] != 0;
        }
        return GradientInspection.of(
                trained.network(),
                segmenter.backend(),
                trained.preprocessor().apply(picture),
                trained.sentence(text),
                GradientInspection.target(
                        wanted,
                        mask.width(),
                        mask.height(),
                        trained.preprocessor().size()),
                SegmentationLoss.published(),
                SEED);
    }

    private void compare(
            PageWriter page,
            Inspection left,
            ReferringSegmenter segmenter,
            RgbImage otherPicture,
            InspectionOptions options,
            Parallelism threads) {
        Other beside = Objects.requireNonNull(other);
        if (beside.weights == null) {
            String sentence = beside.text == null ? text : beside.text;
            Sentences.parse(spec, segmenter, sentence);
            write(page, Comparison.of(left, segmenter, otherPicture, sentence, options));
        } else {
            try (ReferringSegmenter second = open(beside.weights, threads)) {
                write(page, Comparison.of(left, second, otherPicture, text, options));
            }
        }
    }

    private void write(PageWriter page, Comparison found) {
        Other beside = Objects.requireNonNull(other);
        if (beside.text != null) {
            page.withComparison(found, "“" + text + "”", "“" + beside.text + "”");
        } else if (beside.image != null) {
            page.withComparison(found, name(image), name(beside.image));
        } else {
            page.withComparison(found, name(weights), name(Objects.requireNonNull(beside.weights)));
        }
        page.write(out);
        tell(found.parts()
                .map(d -> "the two runs part at '" + d.name() + "'")
                .orElse("no module gives anything else in the second run"));
        found.most().map(Deviation::name).ifPresent(name -> tell("they differ most at '" + name + "'"));
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private ReferringSegmenter open(Path file, Parallelism threads) {
        return Segmenters.open(spec, file, options(threads));
    }

    private ReferringSegmenter.Options options(Parallelism threads) {
        return Segmenters.options(run, model, threads).withDataset(dataset);
    }

    /** What the page holds whole. */
    private Keep shown(ReferringSegmenter segmenter, int pieces) {
        Plan plan = Inspection.plan(segmenter, pieces, InspectionOptions.defaults());
        Keep standard = Standard.of(segmenter, plan, other == null ? 1 : 2);
        PassRecord pass = plan.record();
        for (String pattern : keep) {
            if (pass.results().keySet().stream().noneMatch(Keep.modules(pattern).ofModules())) {
                throw new UsageException("--keep '" + Quoted.text(pattern)
                        + "' fits no module of this network; 'swath summary' lists them");
            }
        }
        for (String pattern : ops) {
            if (pass.ops().stream()
                    .map(OpRecord::name)
                    .noneMatch(Keep.ops(pattern).ofOps())) {
                throw new UsageException(
                        "--ops '" + Quoted.text(pattern) + "' fits no op of this network; their names are"
                                + " a module's, a colon and the op's, such as 'classifier.conv1_4:conv2d'");
            }
        }
        return new Keep(keep.isEmpty() ? standard.modules() : keep, ops.isEmpty() ? standard.ops() : ops);
    }

    private void check() {
        Stream.of(text, other == null ? null : other.text)
                .filter(t -> t != null)
                .forEach(Sentences::require);
        if (!(tolerance >= 0)) {
            throw new UsageException("--tolerance must not be negative; got " + tolerance);
        }
        model.requireFitting(weights);
        model.requireVocabulary(weights);
    }

    private void tell(String sentence) {
        spec.commandLine().getErr().println("swath: " + sentence);
    }
}
