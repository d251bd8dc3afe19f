package dev.swath.fianet.cli;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.SegmentationResult;
import dev.swath.fianet.draw.Overlays;
import dev.swath.fianet.image.Bands;
import dev.swath.fianet.image.ImageException;
import dev.swath.fianet.image.ImageFile;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.fianet.text.MaskFile;
import dev.swath.fianet.text.ParsedExpression;
import dev.swath.fianet.text.PosTagger;
import dev.swath.files.Quoted;
import dev.swath.kernels.Parallelism;
import dev.swath.tensor.StateDict;
import dev.swath.weights.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Marks in images what sentences name. */
@Command(
        name = "segment",
        description = {
            "Marks in images what sentences name; writes mask.png, probability.png, overlay.png and result.json.",
            "With several images or sentences, each image has a folder in OUT and each sentence a number, and results.csv"
                    + " lists all answers. A world file beside an image is written beside what comes of it."
        },
        footer = {
            "",
            "Examples:",
            "  swath segment --image harbor.jpg --weights model/ \\",
            "    --text \"the ship on the lower right\"",
            "  swath segment --image a.tif --text \"vehicle on the road\" \\",
            "    --weights best.pth --vocab vocab.txt --threshold 0.4 --min-area 20",
            "  swath segment --image scenes/ --image \"more/**.tif\" --weights model/ \\",
            "    --text \"the dam\" --text \"the ship\" --probabilities npy",
            "  swath segment --texts questions.csv --weights model/",
            "  swath segment --image a.png --weights best.pth --input-ids 101,4316,102 \\",
            "    --attention-mask 1,1,1 --object-mask 0,1,0 --position-mask 1,1,1"
        })
final class SegmentCommand implements Callable<Integer> {
    /** A scene that is so many times as wide or high as what the network sees loses its small things. */
    private static final int MUCH_LARGER = 4;

    private static final Path NONE = Path.of("");

    private boolean large;

    @Spec
    CommandSpec spec;

    @Mixin
    RunOptions run;

    @Option(
            names = "--image",
            paramLabel = "FILE|DIR|PATTERN",
            description =
                    "PNG, JPEG or TIFF: a file, a folder, or a pattern such as \"scenes/*.tif\"; may be given again.")
    List<String> images = List.of();

    @Option(names = "--text", paramLabel = "SENTENCE", description = "What to mark; may be given again.")
    List<String> texts = List.of();

    @Option(
            names = "--texts",
            paramLabel = "FILE",
            description =
                    "Sentences, one a line; of a .csv or .tsv file, its column 'text' or 'sentence', and if it has a column"
                            + " 'image', each is asked of that image only.")
    @Nullable
    Path textsFile;

    @Option(
            names = "--bands",
            split = ",",
            paramLabel = "N",
            description = "Which three bands of an image are red, green and blue, counted from 1, such as 4,3,2"
                    + " (default: the first three).")
    int @Nullable [] bands;

    @Option(names = "--weights", paramLabel = "FILE|DIR", description = ModelOptions.WEIGHTS + ".")
    Path weights = NONE;

    @Mixin
    ModelOptions model;

    @Option(names = "--dataset", paramLabel = "NAME", description = ModelOptions.DATASET)
    @Nullable
    DatasetVocabulary dataset;

    @Mixin
    ExpressionOptions expression;

    @Option(
            names = "--out",
            defaultValue = "swath-out",
            paramLabel = "DIR",
            description = "Where to write (default: ${DEFAULT-VALUE}).")
    Path out;

    @Option(
            names = "--threshold",
            defaultValue = "0.5",
            paramLabel = "P",
            description = "The mask is where the probability is above P (default: ${DEFAULT-VALUE}).")
    double threshold;

    @Option(
            names = "--min-area",
            defaultValue = "0",
            paramLabel = "N",
            description = "Leave patches of fewer than N pixels out of the mask (default: ${DEFAULT-VALUE}).")
    int minArea;

    @Option(
            names = "--probabilities",
            paramLabel = "FORMAT",
            description = "Also write the probabilities as 32-bit floats at the image's size: npy or tiff.")
    Outputs.@Nullable Floats probabilities;

    @Option(
            names = "--save-logits",
            paramLabel = "FILE",
            description = "Also write the logits (1, 2, H, W) as safetensors; of one image and one sentence.")
    @Nullable
    Path logits;

    @Option(names = "--input-ids", split = ",", paramLabel = "ID", description = "Token ids in place of a sentence.")
    long @Nullable [] ids;

    @Option(names = "--attention-mask", split = ",", paramLabel = "0|1", description = "1 for each real token.")
    long @Nullable [] attention;

    @Option(names = "--object-mask", split = ",", paramLabel = "0|1", description = "1 for the object's tokens.")
    long @Nullable [] object;

    @Option(names = "--position-mask", split = ",", paramLabel = "0|1", description = "1 for the position's tokens.")
    long @Nullable [] position;

    @Override
    public Integer call() {
        int code = segment();
        if (code == CommandLine.ExitCode.OK) {
            StartArchive.keep();
        }
        return code;
    }

    private int segment() {
        ReferringSegmenter.@Nullable Tokens given = check();
        Work work = Work.of(images, texts, textsFile);
        if (logits != null && work.answers() > 1) {
            throw new UsageException("--save-logits names one file; give one image and one sentence with it");
        }
        Map<String, MaskFile.Entry> fromFile = masks(work);
        Bands colours = bands();
        Outputs.requireFolder(out);
        if (logits != null && !isIn(out, logits)) {
            Outputs.requireWritable(logits, "--save-logits");
        }
        PosTagger tagger = expression.tagger();
        ImageFile first =
                work.single() ? ImageFile.open(work.pictures().getFirst().file(), colours) : null;
        long start = System.nanoTime();
        try (Parallelism threads = run.parallelism();
                ReferringSegmenter segmenter = Segmenters.open(
                        spec,
                        weights,
                        Segmenters.options(run, model, threads)
                                .withDataset(dataset)
                                .withTagger(tagger)
                                .withMode(expression.mode));
                Answers answers =
                        new Answers(spec, work, out, segmenter.backend().name())) {
            answers.loaded((System.nanoTime() - start) / 1e9);
            Map<String, Asked> asked = asked(work, segmenter, fromFile);
            Map<String, String> passedOver = run.passedOver(segmenter.backend());
            for (int i = 0; i < work.pictures().size(); i++) {
                Work.Picture picture = work.pictures().get(i);
                List<Asked> sentences = given != null
                        ? List.of(new Asked("", given, Map.of()))
                        : picture.sentences().stream().map(asked::get).toList();
                try {
                    ImageFile image = first != null ? first : ImageFile.open(picture.file(), colours);
                    image.notes()
                            .forEach(note -> answers.say("swath: " + Quoted.path(picture.file()) + ": " + note + "."));
                    tellLarge(
                            answers,
                            picture.file(),
                            image,
                            segmenter.preprocessor().size());
                    answer(segmenter, passedOver, answers, i, image, sentences);
                } catch (ImageException e) {
                    answers.failed(i, e);
                }
            }
            return answers.end();
        }
    }

    /** Whether the file is to lie in a folder that is created when the first answer is there. */
    private static boolean isIn(Path folder, Path file) {
        return Files.notExists(folder)
                && folder.toAbsolutePath()
                        .normalize()
                        .equals(file.toAbsolutePath().normalize().getParent());
    }

    /** A sentence as the network takes it, and what is told of it in result.json. */
    private record Asked(String sentence, ReferringSegmenter.Tokens tokens, Map<String, Object> more) {}

    private void answer(
            ReferringSegmenter segmenter,
            Map<String, String> passedOver,
            Answers answers,
            int picture,
            ImageFile image,
            List<Asked> sentences) {
        Optional<WorldFile> world = world(answers, answers.file(picture), image);
        long[] before = {System.nanoTime()};
        segmenter.segmentAll(image, sentences.stream().map(Asked::tokens).toList(), (i, raw) -> {
            double seconds = (System.nanoTime() - before[0]) / 1e9;
            SegmentationResult result = raw.masked(threshold, minArea);
            Asked asked = sentences.get(i);
            Map<String, Object> more = new LinkedHashMap<>(asked.more);
            more.put("threshold", threshold);
            more.put("min_area", minArea);
            more.put("load_seconds", answers.loadSeconds());
            more.put("segment_seconds", seconds);
            more.put("backend", segmenter.backend().name());
            more.put("passed_over", passedOver);
            Consumer<Path> overlay = file -> Overlays.writeOverlay(file, image, result.mask());
            answers.answered(picture, i, asked.sentence, result, seconds, prefix -> {
                List<Path> written = new ArrayList<>(
                        Outputs.write(out, prefix, overlay, result, asked.sentence, more, probabilities, world));
                if (logits != null) {
                    Safetensors.write(logits, new StateDict().put("logits", result.logits()), Map.of());
                    written.add(logits);
                }
                return written;
            });
            before[0] = System.nanoTime();
        });
    }

    /** Where the answers lie on the ground. A world file tells it of the picture as it is stored. */
    private static Optional<WorldFile> world(Answers answers, Path file, ImageFile image) {
        Optional<WorldFile> world = WorldFile.beside(file);
        if (world.isPresent() && image.turned()) {
            answers.say("swath: " + Quoted.path(file) + " is turned by its orientation, so that its world file"
                    + " does not fit what is written; none is written beside that.");
            return Optional.empty();
        }
        return world;
    }

    private void tellLarge(Answers answers, Path file, ImageFile image, int size) {
        int side = Math.max(image.width(), image.height());
        if (!large && side >= MUCH_LARGER * size) {
            large = true;
            answers.say("swath: " + Quoted.path(file) + " has " + image.width() + " x " + image.height()
                    + " pixels, and the network sees " + size + " x " + size
                    + "; small things are lost in that, so cut such scenes into tiles.");
        }
    }

    private @Nullable Bands bands() {
        if (bands == null) {
            return null;
        }
        if (bands.length != 3) {
            throw new UsageException("--bands names three bands, such as 4,3,2; got " + bands.length);
        }
        try {
            return new Bands(bands[0], bands[1], bands[2]);
        } catch (ImageException e) {
            throw new UsageException(String.valueOf(e.getMessage()).replace("[image] ", "--bands: "));
        }
    }

    /** Each different sentence, parsed once; what there is to say of it is said once. */
    private Map<String, Asked> asked(Work work, ReferringSegmenter segmenter, Map<String, MaskFile.Entry> fromFile) {
        Map<String, Asked> out = new LinkedHashMap<>();
        for (Work.Picture picture : work.pictures()) {
            for (String sentence : picture.sentences()) {
                out.computeIfAbsent(
                        sentence, s -> fromFile.containsKey(s) ? of(s, fromFile.get(s)) : parsed(segmenter, s));
            }
        }
        return out;
    }

    private static Asked of(String sentence, MaskFile.Entry e) {
        return new Asked(
                sentence, new ReferringSegmenter.Tokens(e.ids(), e.context(), e.object(), e.position()), Map.of());
    }

    private Asked parsed(ReferringSegmenter segmenter, String sentence) {
        ParsedExpression parsed = Sentences.parse(spec, segmenter, sentence);
        Map<String, Object> more = new LinkedHashMap<>();
        more.put("classes", parsed.classes());
        more.put("phrases", parsed.phrases());
        return new Asked(sentence, ReferringSegmenter.Tokens.of(parsed), more);
    }

    /** What the masks file says of the sentences; empty without one. */
    private Map<String, MaskFile.Entry> masks(Work work) {
        Map<String, MaskFile.Entry> out = new HashMap<>();
        for (Work.Picture picture : work.pictures()) {
            for (String sentence : picture.sentences()) {
                if (!out.containsKey(sentence)) {
                    expression.masks(sentence).ifPresent(e -> out.put(sentence, e));
                }
            }
        }
        return out;
    }

    /** The tokens of the command line, checked with all options before anything costs time; null to parse sentences. */
    private ReferringSegmenter.@Nullable Tokens check() {
        if (images.isEmpty() && textsFile == null) {
            throw new UsageException("--image is needed: a file, a folder or a pattern");
        }
        if (weights.equals(NONE)) {
            throw new UsageException("--weights is needed: a model folder, a checkpoint, or 'bundled'");
        }
        model.requireFitting(weights);
        boolean asked = !texts.isEmpty() || textsFile != null;
        if ((ids != null) == asked) {
            throw new UsageException("give either --text or --input-ids with its three masks");
        }
        if (!(threshold >= 0 && threshold <= 1)) {
            throw new UsageException("--threshold must lie in [0, 1]; got " + threshold);
        }
        if (minArea < 0) {
            throw new UsageException("--min-area must be at least 0; got " + minArea);
        }
        if (asked && (attention != null || object != null || position != null)) {
            throw new UsageException(
                    "--attention-mask, --object-mask and --position-mask belong to --input-ids, not to --text");
        }
        if (asked) {
            if (expression.masksFile == null) {
                model.requireVocabulary(weights);
            }
            return null;
        }
        if (ids == null || attention == null || object == null || position == null) {
            throw new UsageException("--input-ids needs --attention-mask, --object-mask and --position-mask");
        }
        try {
            return new ReferringSegmenter.Tokens(ids, attention, object, position);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }
}
