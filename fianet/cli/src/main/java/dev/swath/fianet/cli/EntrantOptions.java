package dev.swath.fianet.cli;

import dev.swath.fianet.train.TrainingConfig;
import dev.swath.fianet.train.TrainingRun;
import dev.swath.files.json.Fields;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the networks of {@code ablate} and {@code compare} begin with. */
final class EntrantOptions {
    @Option(
            names = "--init-swin",
            paramLabel = "FILE",
            description = "Official Swin weights (.pth) that each network begins with (default: noise).")
    @Nullable
    Path initSwin;

    @Option(
            names = "--init-bert",
            paramLabel = "DIR",
            description = "BERT folder that each network begins with, vocab.txt included (default: noise).")
    @Nullable
    Path initBert;

    @Option(
            names = "--vocab",
            paramLabel = "FILE",
            description = "The vocab.txt; with compact networks that of the bundled model unless given.")
    @Nullable
    Path vocab;

    @Option(names = "--quiet", description = "No progress; results and errors only.")
    boolean quiet;

    TrainingRun.Origin origin() {
        return new TrainingRun.Origin(null, initSwin, initBert);
    }

    /** The file; of {@code compact} networks the bundled one's. */
    Path vocabulary(boolean compact) {
        if (vocab != null) {
            return vocab;
        }
        if (initBert != null) {
            return initBert.resolve("vocab.txt");
        }
        if (compact) {
            return Settings.bundledVocabulary();
        }
        throw new UsageException("a vocabulary is needed: give --vocab or --init-bert");
    }

    /** The configuration that such keys mean over what is published for their network and the data. */
    TrainingConfig settings(Map<String, Object> keys, Path vocabulary, DataOptions data, RunOptions run, String where) {
        if (initBert == null) {
            Settings.vocabularySize(keys, vocabulary);
        }
        if (run.precision != null) {
            keys.put("precision", run.precision.toString());
        }
        TrainingConfig config = TrainingConfig.fromJson(
                new Fields(keys, where), TrainingConfig.published(Settings.network(keys), data.vocabulary()));
        if (config.model().dataset() != data.vocabulary()) {
            throw new UsageException("--dataset and model.dataset of " + where + " must agree; got " + data.dataset
                    + " and " + config.model().dataset());
        }
        return config;
    }
}
