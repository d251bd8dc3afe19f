package dev.swath.fianet.cli;

import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.fianet.text.ExpressionParser;
import dev.swath.fianet.text.OpenNlpTagger;
import dev.swath.fianet.text.ParsedExpression;
import dev.swath.fianet.text.PerceptronTagger;
import dev.swath.fianet.text.PosTagger;
import dev.swath.fianet.text.Word;
import dev.swath.tokenizer.Piece;
import dev.swath.tokenizer.Vocabulary;
import dev.swath.tokenizer.WordPieceTokenizer;
import dev.swath.weights.json.Json;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what becomes of a sentence before the network sees it. */
@Command(
        name = "parse",
        description = "Shows a sentence's words, tags, phrases, WordPieces and masks.",
        footer = {"", "Example:", "  swath parse --text \"the ship on the lower right\" --dataset rrsisd"})
final class ParseCommand implements Callable<Integer> {
    enum Format {
        TEXT,
        JSON
    }

    @Spec
    CommandSpec spec;

    @Option(names = "--text", required = true, paramLabel = "SENTENCE", description = "The sentence.")
    String text;

    @Option(
            names = "--dataset",
            defaultValue = "refsegrs",
            description = "refsegrs or rrsisd (default: ${DEFAULT-VALUE}).")
    DatasetVocabulary dataset;

    @Option(names = "--vocab", paramLabel = "FILE", description = "vocab.txt (default: the small one of the demo).")
    @Nullable
    Path vocab;

    @Option(
            names = "--tagger",
            paramLabel = "FILE",
            description = "Weights of an averaged perceptron as JSON (default: the built-in tagger).")
    @Nullable
    Path taggerFile;

    @Option(
            names = "--masks",
            defaultValue = "reference",
            description = "reference or aligned (default: ${DEFAULT-VALUE}).")
    ExpressionParser.Mode mode;

    @Option(names = "--format", defaultValue = "text", description = "text or json (default: ${DEFAULT-VALUE}).")
    Format format;

    @Override
    public Integer call() {
        if (text.isBlank()) {
            throw new UsageException("--text must hold at least one word");
        }
        Vocabulary vocabulary = vocab == null ? Demo.vocabulary() : Vocabulary.load(vocab);
        PosTagger tagger = taggerFile == null ? new OpenNlpTagger() : new PerceptronTagger(taggerFile);
        ParsedExpression p =
                new ExpressionParser(new WordPieceTokenizer(vocabulary), tagger, dataset, mode).parse(text);
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("words", p.words().stream().map(Word::text).toList());
        out.put("tags", p.tags());
        out.put("phrases", p.phrases());
        out.put("classes", p.classes());
        out.put("pieces", p.encoding().pieces().stream().map(Piece::text).toList());
        out.put("ids", list(p.encoding().ids()));
        out.put("context_mask", list(p.encoding().mask()));
        out.put("object_mask", list(p.objectMask()));
        out.put("position_mask", list(p.positionMask()));
        out.put("truncated", p.encoding().truncated());
        var stdout = spec.commandLine().getOut();
        if (format == Format.JSON) {
            stdout.println(Json.write(out, true));
        } else {
            out.forEach((k, v) -> stdout.printf(
                    "%-14s %s%n",
                    k,
                    v instanceof List<?> l
                            ? String.join(" ", l.stream().map(String::valueOf).toList())
                            : v));
        }
        stdout.flush();
        return 0;
    }

    private static List<Long> list(long[] values) {
        return Arrays.stream(values).boxed().toList();
    }
}
