package dev.swath.fianet.cli;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.text.ExpressionException;
import dev.swath.fianet.text.ExpressionParser;
import dev.swath.fianet.text.ParsedExpression;
import dev.swath.files.Quoted;
import dev.swath.tokenizer.Encoding;
import picocli.CommandLine.Model.CommandSpec;

/** What commands say of the sentences that they are given. */
final class Sentences {
    private Sentences() {}

    /** Refuses, as wrong usage, what is no sentence that can be read. */
    static void require(String sentence) {
        try {
            ExpressionParser.check(sentence);
        } catch (ExpressionException e) {
            throw new UsageException("--text: " + String.valueOf(e.getMessage()).replace("[sentence] ", ""));
        }
    }

    /** Reads a sentence, and tells what of it the network does not see. */
    static ParsedExpression parse(CommandSpec spec, ReferringSegmenter segmenter, String sentence) {
        ParsedExpression parsed = segmenter.parse(sentence);
        if (parsed.encoding().truncated()) {
            tellTruncated(spec, parsed.encoding());
        }
        tellUnknown(spec, parsed);
        return parsed;
    }

    /** Tells that a sentence is longer than the network reads. */
    static void tellTruncated(CommandSpec spec, Encoding encoding) {
        tell(
                spec,
                "the sentence has " + (encoding.pieces().size() + 2) + " tokens; only the first "
                        + encoding.ids().length + " are used.");
    }

    /** Tells that a sentence holds no word that the vocabulary has, if it does not. */
    static void tellUnknown(CommandSpec spec, ParsedExpression parsed) {
        if (parsed.knowsNoWord()) {
            tell(
                    spec,
                    "no word of \"" + Quoted.text(parsed.sentence())
                            + "\" is known to the vocabulary; the network sees an unknown word in place of each.");
        }
    }

    private static void tell(CommandSpec spec, String sentence) {
        spec.commandLine().getErr().println("swath: " + sentence);
    }
}
