package dev.swath.fianet.cli;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.SegmentationResult;
import dev.swath.fianet.image.Images;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.fianet.text.MaskFile;
import dev.swath.fianet.text.ParsedExpression;
import dev.swath.fianet.text.PosTagger;
import dev.swath.kernels.Parallelism;
import dev.swath.tensor.StateDict;
import dev.swath.weights.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Marks in an image what a sentence names. */
@Command(
        name = "segment",
        description =
                "Marks in an image what a sentence names; writes mask.png, probability.png, overlay.png and result.json.",
        footer = {
            "",
            "Examples:",
            "  swath segment --image harbor.jpg --text \"the ship on the lower right\" --weights model/",
            "  swath segment --image a.tif --text \"vehicle on the road\" --weights best.pth --vocab vocab.txt",
            "  swath segment --image a.png --input-ids 101,4316,102 --attention-mask 1,1,1 --object-mask 0,1,0 --position-mask 1,1,1 --weights best.pth"
        })
final class SegmentCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    RunOptions run;

    @Option(names = "--image", required = true, paramLabel = "FILE", description = "PNG, JPEG or TIFF.")
    Path image;

    @Option(names = "--text", paramLabel = "SENTENCE", description = "What to mark.")
    @Nullable
    String text;

    @Option(
            names = "--weights",
            required = true,
            paramLabel = "FILE|DIR",
            description =
                    "A checkpoint of the training script, a model folder, or 'bundled' for the small model inside.")
    Path weights;

    @Option(names = "--vocab", paramLabel = "FILE", description = "vocab.txt (default: the one in the model folder).")
    @Nullable
    Path vocab;

    @Option(
            names = "--model-config",
            paramLabel = "FILE",
            description = "config.json with what a bare checkpoint does not carry, such as bert.heads and image_size"
                    + " (default: the one in the model folder, or inside of the file).")
    @Nullable
    Path modelConfig;

    @Option(
            names = "--dataset",
            paramLabel = "NAME",
            description = "refsegrs or rrsisd: class names and sentence length (default: by the model).")
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
            names = "--save-logits",
            paramLabel = "FILE",
            description = "Also write the logits (1, 2, H, W) as safetensors.")
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
        ReferringSegmenter.@Nullable Tokens given = givenTokens();
        Path folder = Outputs.folder(out);
        if (logits != null) {
            Outputs.requireWritable(logits, "--save-logits");
        }
        PosTagger tagger = expression.tagger();
        RgbImage picture = Images.read(image);
        long start = System.nanoTime();
        try (Parallelism threads = run.parallelism();
                ReferringSegmenter segmenter = Segmenters.open(
                        weights,
                        ReferringSegmenter.Options.defaults()
                                .withDevice(run.device)
                                .withParallelism(threads)
                                .withVocabulary(vocab)
                                .withModelConfig(modelConfig)
                                .withDataset(dataset)
                                .withTagger(tagger)
                                .withMode(expression.mode))) {
            long loaded = System.nanoTime();
            Map<String, Object> more = new LinkedHashMap<>();
            ReferringSegmenter.Tokens tokens = given == null ? parsed(segmenter, more) : given;
            SegmentationResult result = segmenter.segment(picture, tokens);
            more.put("load_seconds", (loaded - start) / 1e9);
            more.put("segment_seconds", (System.nanoTime() - loaded) / 1e9);
            more.put("backend", segmenter.backend().name());
            more.put("passed_over", run.passedOver(segmenter.backend()));
            if (logits != null) {
                Safetensors.write(logits, new StateDict().put("logits", result.logits()), Map.of());
            }
            var stdout = spec.commandLine().getOut();
            Outputs.write(folder, "", picture, result, text == null ? "" : text, more)
                    .forEach(stdout::println);
            if (logits != null) {
                stdout.println(logits);
            }
            stdout.flush();
        }
        return 0;
    }

    /** The tokens of the command line or of the masks file, checked before anything costs time; null to parse the sentence. */
    private ReferringSegmenter.@Nullable Tokens givenTokens() {
        if ((ids != null) == (text != null)) {
            throw new UsageException("give either --text or --input-ids with its three masks");
        }
        if (text != null && (attention != null || object != null || position != null)) {
            throw new UsageException(
                    "--attention-mask, --object-mask and --position-mask belong to --input-ids, not to --text");
        }
        if (text != null) {
            if (text.isBlank()) {
                throw new UsageException("--text must hold at least one word; got an empty sentence");
            }
            MaskFile.Entry entry = expression.masks(text).orElse(null);
            if (entry != null) {
                return new ReferringSegmenter.Tokens(entry.ids(), entry.context(), entry.object(), entry.position());
            }
            if (vocab == null && Files.isRegularFile(weights)) {
                throw new UsageException("--weights " + weights
                        + " is a file, which holds no vocabulary; give the model's vocab.txt by --vocab");
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

    private ReferringSegmenter.Tokens parsed(ReferringSegmenter segmenter, Map<String, Object> more) {
        ParsedExpression parsed = segmenter.parse(Objects.requireNonNull(text, "checked before"));
        if (parsed.encoding().truncated()) {
            Outputs.tellTruncated(spec, parsed.encoding());
        }
        more.put("classes", parsed.classes());
        more.put("phrases", parsed.phrases());
        return ReferringSegmenter.Tokens.of(parsed);
    }
}
