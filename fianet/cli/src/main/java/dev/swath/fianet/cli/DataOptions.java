package dev.swath.fianet.cli;

import dev.swath.fianet.data.BatchLoader;
import dev.swath.fianet.data.InterleavedDataset;
import dev.swath.fianet.data.Layout;
import dev.swath.fianet.data.ReferringDataset;
import dev.swath.fianet.data.Split;
import dev.swath.fianet.synth.SyntheticDataset;
import dev.swath.fianet.synth.SyntheticScenes;
import dev.swath.fianet.text.DatasetVocabulary;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which data a command learns from, and how they are read. */
final class DataOptions {
    /** The kinds of data sets. */
    enum Kind {
        REFSEGRS(DatasetVocabulary.REFSEGRS),
        RRSISD(DatasetVocabulary.RRSISD),
        RISBENCH(DatasetVocabulary.RISBENCH),
        SYNTHETIC_REFSEGRS(DatasetVocabulary.REFSEGRS),
        SYNTHETIC_RRSISD(DatasetVocabulary.RRSISD),
        SYNTHETIC(DatasetVocabulary.BOTH);

        private final DatasetVocabulary vocabulary;

        Kind(DatasetVocabulary vocabulary) {
            this.vocabulary = vocabulary;
        }

        /** Whether its scenes are drawn as they are needed. */
        boolean drawn() {
            return ordinal() >= SYNTHETIC_REFSEGRS.ordinal();
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * Two splits, open.
     *
     * @param train to learn from
     * @param selection to choose by
     */
    record Opened(ReferringDataset train, ReferringDataset selection) implements AutoCloseable {
        @Override
        public void close() {
            train.close();
            selection.close();
        }
    }

    @Option(
            names = "--dataset",
            required = true,
            paramLabel = "NAME",
            description =
                    "refsegrs, rrsisd, risbench, synthetic-refsegrs, synthetic-rrsisd, or synthetic (both kinds of scenes in"
                            + " turn). Synthetic scenes are drawn as they are needed.")
    Kind dataset = Kind.REFSEGRS;

    @Option(names = "--data", paramLabel = "DIR", description = "The data set's folder, or its zip file.")
    @Nullable
    Path folder;

    @Option(
            names = "--synth-count",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Synthetic scenes to learn from (default: ${DEFAULT-VALUE}).")
    int count;

    @Option(
            names = "--synth-val",
            paramLabel = "N",
            defaultValue = "500",
            description = "Synthetic scenes to choose by (default: ${DEFAULT-VALUE}).")
    int valCount;

    @Option(
            names = "--synth-size",
            paramLabel = "PX",
            description = "Side of the synthetic scenes (default: the network's image size).")
    @Nullable
    Integer size;

    @Option(
            names = "--synth-seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the scenes to learn from; val has the next seed, test the one after (default:"
                    + " ${DEFAULT-VALUE}).")
    long seed;

    @Option(
            names = "--loader-threads",
            paramLabel = "N",
            defaultValue = "" + BatchLoader.Options.THREADS,
            description = "Threads that read, augment and encode samples ahead of the network (default:"
                    + " ${DEFAULT-VALUE}). The result is the same for any number.")
    int loaderThreads;

    /** How many threads read; refused if it is not at least 1. */
    int loaderThreads() {
        if (loaderThreads < 1) {
            throw new UsageException("--loader-threads must be at least 1; got " + loaderThreads);
        }
        return loaderThreads;
    }

    DatasetVocabulary vocabulary() {
        return dataset.vocabulary;
    }

    /** The training split and another; {@code imageSize} is the network's. */
    Opened open(Split selection, int imageSize) {
        ReferringDataset train = split(Split.TRAIN, imageSize);
        try {
            return new Opened(train, split(selection, imageSize));
        } catch (RuntimeException | Error e) {
            train.close();
            throw e;
        }
    }

    private ReferringDataset split(Split split, int imageSize) {
        if (folder != null && dataset.drawn()) {
            throw new UsageException("--data has no place beside --dataset " + dataset + ", whose scenes are drawn");
        }
        return switch (dataset) {
            case REFSEGRS, RRSISD, RISBENCH ->
                Layout.detect(requireFolder(), dataset.vocabulary).orElseThrow().open(requireFolder(), split);
            case SYNTHETIC_REFSEGRS -> scenes(DatasetVocabulary.REFSEGRS, split, imageSize, wanted(split, 1));
            case SYNTHETIC_RRSISD -> scenes(DatasetVocabulary.RRSISD, split, imageSize, wanted(split, 1));
            case SYNTHETIC -> {
                int wanted = wanted(split, 2);
                yield new InterleavedDataset(List.of(
                        scenes(DatasetVocabulary.REFSEGRS, split, imageSize, wanted - wanted / 2),
                        scenes(DatasetVocabulary.RRSISD, split, imageSize, wanted / 2)));
            }
        };
    }

    private Path requireFolder() {
        if (folder == null) {
            throw new UsageException("--data is needed for --dataset " + dataset);
        }
        return folder;
    }

    /** How many scenes; at least as many as there are kinds of them. */
    private int wanted(Split split, int kinds) {
        int wanted = split == Split.TRAIN ? count : valCount;
        if (wanted < kinds) {
            throw new UsageException((split == Split.TRAIN ? "--synth-count" : "--synth-val") + " must be at least "
                    + kinds + " for --dataset " + dataset + "; got " + wanted);
        }
        return wanted;
    }

    private ReferringDataset scenes(DatasetVocabulary format, Split split, int imageSize, int wanted) {
        SyntheticScenes scenes = new SyntheticScenes(format, seed + split.ordinal(), size == null ? imageSize : size);
        return new SyntheticDataset(scenes, split, wanted);
    }
}
