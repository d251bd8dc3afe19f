package dev.swath.fianet.cli;

import dev.swath.files.Quoted;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What belongs to weights and may lie elsewhere. */
final class ModelOptions {
    /** What {@code --weights} takes. */
    static final String WEIGHTS =
            "A checkpoint of the training script, a model folder, or 'bundled' for the small model inside";

    /** What {@code --dataset} says of a model. */
    static final String DATASET =
            "refsegrs, rrsisd, risbench or both: class names and sentence length (default: by the model).";

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

    /** Refuses, as wrong usage, files of other weights beside the model inside, which has its own. */
    void requireFitting(Path weights) {
        if (Segmenters.isBundled(weights) && (vocab != null || modelConfig != null)) {
            throw new UsageException((vocab != null ? "--vocab" : "--model-config")
                    + " has no place beside the model inside, which has its own");
        }
    }

    /** Refuses, as wrong usage, weights by which no sentence can be read. */
    void requireVocabulary(Path weights) {
        if (vocab == null && Files.isRegularFile(weights)) {
            throw new UsageException("--weights " + Quoted.path(weights)
                    + " is a file, which holds no vocabulary; give the model's vocab.txt by --vocab");
        }
    }
}
