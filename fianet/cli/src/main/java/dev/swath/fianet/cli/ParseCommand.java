package dev.swath.fianet.cli;

import dev.swath.fianet.BundledModel;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.fianet.text.ExpressionParser;
import dev.swath.fianet.text.MaskFile;
import dev.swath.fianet.text.ParsedExpression;
import dev.swath.fianet.text.PosTagger;
import dev.swath.fianet.text.Word;
import dev.swath.files.Quoted;
import dev.swath.files.json.Json;
import dev.swath.tokenizer.Piece;
import dev.swath.tokenizer.Vocabulary;
import dev.swath.tokenizer.WordPieceTokenizer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what becomes of a sentence before the network sees it. */
@Command(
        name = "parse",
        description = "Shows a sentence's words, tags, phrases, WordPieces and masks.",
        footer = {
            "",
            "Examples:",
            "  swath parse --text \"the ship on the lower right\" --dataset rrsisd",
            "  swath parse --text \"cars on the road\" --masks aligned --vocab vocab.txt \\",
            "    --format csv",
            "  swath parse --text \"cars on the road\" --vocab vocab.txt \\",
            "    --format json > masks.json"
        })
final class ParseCommand implements Callable<Integer> {
    enum Format {
        TEXT,
        JSON,
        CSV
    }

    @Spec
    CommandSpec spec;

    @Option(names = "--text", required = true, paramLabel = "SENTENCE", description = "The sentence.")
    String text;

    @Option(
            names = "--dataset",
            defaultValue = "refsegrs",
            description = "refsegrs, rrsisd, risbench or both (default: ${DEFAULT-VALUE}).")
    DatasetVocabulary dataset;

    @Option(names = "--vocab", paramLabel = "FILE", description = "vocab.txt (default: the small one of the demo).")
    @Nullable
    Path vocab;

    @Mixin
    ExpressionOptions expression;

    @Option(
            names = "--format",
            defaultValue = "text",
            description = "text, json or csv, one line a token (default: ${DEFAULT-VALUE}).")
    Format format;

    @Override
    public Integer call() {
        Sentences.require(text);
        Vocabulary vocabulary = vocab == null ? BundledModel.vocabulary() : Vocabulary.load(vocab);
        PosTagger tagger = expression.tagger();
        ParsedExpression p = new ExpressionParser(
                        new WordPieceTokenizer(vocabulary),
                        tagger == null ? PosTagger.installed() : tagger,
                        dataset,
                        expression.mode)
                .parse(text);
        MaskFile.Entry masks = expression
                .masks(text)
                .orElseGet(() ->
                        new MaskFile.Entry(p.encoding().ids(), p.encoding().mask(), p.objectMask(), p.positionMask()));
        Sentences.tellUnknown(spec, p);
        var stdout = spec.commandLine().getOut();
        if (format == Format.CSV) {
            csv(stdout, vocabulary, masks);
        } else {
            print(stdout, p, masks);
        }
        stdout.flush();
        return 0;
    }

    private void print(PrintWriter stdout, ParsedExpression p, MaskFile.Entry masks) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("sentence", text);
        out.put("words", p.words().stream().map(Word::text).toList());
        out.put("tags", p.tags());
        out.put("phrases", p.phrases());
        out.put("classes", p.classes());
        out.put("pieces", p.encoding().pieces().stream().map(Piece::text).toList());
        out.put("ids", list(masks.ids()));
        out.put("context_mask", list(masks.context()));
        out.put("object_mask", list(masks.object()));
        out.put("position_mask", list(masks.position()));
        out.put("truncated", p.encoding().truncated());
        if (format == Format.JSON) {
            stdout.println(Json.write(out, true));
            return;
        }
        out.forEach((k, v) -> stdout.printf(
                "%-14s %s%n",
                k,
                Quoted.sentence(
                        v instanceof List<?> l
                                ? String.join(
                                        " ", l.stream().map(String::valueOf).toList())
                                : String.valueOf(v))));
    }

    private static void csv(PrintWriter stdout, Vocabulary vocabulary, MaskFile.Entry masks) {
        stdout.println("token,id,piece,context,object,position");
        for (int i = 0; i < masks.ids().length; i++) {
            String piece = Csv.cell(vocabulary.piece(Math.toIntExact(masks.ids()[i])));
            piece = piece.startsWith("\"") ? piece : '"' + piece + '"';
            stdout.printf(
                    "%d,%d,%s,%d,%d,%d%n",
                    i, masks.ids()[i], piece, masks.context()[i], masks.object()[i], masks.position()[i]);
        }
    }

    private static List<Long> list(long[] values) {
        return Arrays.stream(values).boxed().toList();
    }
}
