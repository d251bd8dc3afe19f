package dev.swath.fianet.cli;

import dev.swath.fianet.text.ExpressionParser;
import dev.swath.fianet.text.MaskFile;
import dev.swath.fianet.text.PerceptronTagger;
import dev.swath.fianet.text.PosTagger;
import dev.swath.files.Quoted;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that turns a sentence into masks. */
final class ExpressionOptions {
    @Option(
            names = "--masks",
            defaultValue = "reference",
            paramLabel = "MODE",
            description = "reference (as published) or aligned (its quirks repaired; default: ${DEFAULT-VALUE}).")
    ExpressionParser.Mode mode = ExpressionParser.Mode.REFERENCE;

    @Option(
            names = "--tagger",
            paramLabel = "FILE",
            description =
                    "NLTK's averaged perceptron as JSON: weights, tagdict, classes (default: the built-in tagger).")
    @Nullable
    Path taggerFile;

    @Option(
            names = "--masks-file",
            paramLabel = "FILE",
            description =
                    "Ids and masks of sentences as JSON, as 'parse --format json' writes them, in place of parsing.")
    @Nullable
    Path masksFile;

    private @Nullable MaskFile loaded;

    /** The tagger of the file, or null for the built-in one. */
    @Nullable
    PosTagger tagger() {
        return taggerFile == null ? null : new PerceptronTagger(taggerFile);
    }

    /** What the masks file says of the sentence; empty if no file was given. A file without the sentence is an error. */
    Optional<MaskFile.Entry> masks(String sentence) {
        if (masksFile == null) {
            return Optional.empty();
        }
        if (loaded == null) {
            loaded = MaskFile.load(masksFile);
        }
        MaskFile.Entry entry = loaded.find(sentence)
                .orElseThrow(() -> new UsageException("--masks-file " + Quoted.path(masksFile)
                        + " must hold the sentence given by --text, \"" + Quoted.text(sentence) + "\""));
        return Optional.of(entry);
    }
}
