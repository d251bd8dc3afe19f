package dev.swath.fianet.cli;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.SegmentationResult;
import dev.swath.fianet.image.Images;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.fianet.text.ExpressionParser;
import dev.swath.fianet.text.ParsedExpression;
import dev.swath.kernels.Parallelism;
import dev.swath.tensor.StateDict;
import dev.swath.weights.Safetensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
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
            description = "A checkpoint of the training script, or a model folder.")
    Path weights;

    @Option(names = "--vocab", paramLabel = "FILE", description = "vocab.txt (default: the one in the model folder).")
    @Nullable
    Path vocab;

    @Option(
            names = "--dataset",
            paramLabel = "NAME",
            description = "refsegrs or rrsisd: class names and sentence length (default: by the model).")
    @Nullable
    DatasetVocabulary dataset;

    @Option(
            names = "--masks",
            defaultValue = "reference",
            description = "reference (as published) or aligned (its quirks repaired).")
    ExpressionParser.Mode mode = ExpressionParser.Mode.REFERENCE;

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
        boolean byTokens = ids != null;
        if (byTokens == (text != null)) {
            throw new UsageException("give either --text or --input-ids with its three masks");
        }
        if (byTokens && (attention == null || object == null || position == null)) {
            throw new UsageException("--input-ids needs --attention-mask, --object-mask and --position-mask");
        }
        if (text != null && text.isBlank()) {
            throw new UsageException("--text must hold at least one word");
        }
        Path folder = Outputs.folder(out);
        RgbImage picture = Images.read(image);
        long start = System.nanoTime();
        try (Parallelism threads = run.parallelism();
                ReferringSegmenter segmenter = ReferringSegmenter.open(
                        weights,
                        ReferringSegmenter.Options.defaults()
                                .withDevice(run.device)
                                .withParallelism(threads)
                                .withVocabulary(vocab)
                                .withDataset(dataset)
                                .withMode(mode))) {
            long loaded = System.nanoTime();
            Map<String, Object> more = new LinkedHashMap<>();
            ReferringSegmenter.Tokens tokens = tokens(segmenter, more);
            SegmentationResult result = segmenter.segment(picture, tokens, null);
            more.put("load_seconds", (loaded - start) / 1e9);
            more.put("segment_seconds", (System.nanoTime() - loaded) / 1e9);
            more.put("backend", segmenter.backend().name());
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

    private ReferringSegmenter.Tokens tokens(ReferringSegmenter segmenter, Map<String, Object> more) {
        if (text == null) {
            if (ids == null || attention == null || object == null || position == null) {
                throw new IllegalStateException("checked before");
            }
            return new ReferringSegmenter.Tokens(ids, attention, object, position);
        }
        ParsedExpression parsed = segmenter.parse(text);
        if (parsed.encoding().truncated()) {
            spec.commandLine()
                    .getErr()
                    .println("swath: the sentence has "
                            + (parsed.encoding().pieces().size() + 2) + " tokens; only the first "
                            + parsed.encoding().ids().length + " are used.");
        }
        more.put("classes", parsed.classes());
        more.put("phrases", parsed.phrases());
        return ReferringSegmenter.Tokens.of(parsed);
    }
}
