package dev.swath.fianet.cli;

import dev.swath.fianet.synth.DatasetWriter;
import dev.swath.fianet.synth.SyntheticScenes;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.kernels.Parallelism;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes a data set of synthetic scenes. */
@Command(
        name = "synth",
        description =
                "Draws aerial scenes with sentences and masks and writes them as a data set in a published layout.",
        footer = {
            "",
            "The same seed always gives the same files, whatever the number of threads.",
            "",
            "Examples:",
            "  swath synth --format rrsisd --out scenes --count 2000 --seed 1",
            "  swath synth --format refsegrs --out small --count 500 --size 128 \\",
            "    --splits 90,5,5"
        })
final class SynthCommand implements Callable<Integer> {
    private static final int REFSEGRS_SIZE = 512;
    private static final int RRSISD_SIZE = 800;

    @Spec
    CommandSpec spec;

    @Option(names = "--format", required = true, description = "refsegrs or rrsisd: layout, classes and sentences.")
    Format format;

    /** Whose scenes are drawn. */
    enum Format {
        REFSEGRS(DatasetVocabulary.REFSEGRS),
        RRSISD(DatasetVocabulary.RRSISD);

        private final DatasetVocabulary vocabulary;

        Format(DatasetVocabulary vocabulary) {
            this.vocabulary = vocabulary;
        }
    }

    /** Forms of the lists. */
    enum Lists {
        PUBLISHED,
        JSONL
    }

    @Option(
            names = "--layout",
            defaultValue = "published",
            description =
                    "published, the data set's own lists; or jsonl, datainfo/*.jsonl with the masks in them (default:"
                            + " ${DEFAULT-VALUE}).")
    Lists layout = Lists.PUBLISHED;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to write; must be new or empty.")
    Path out;

    @Option(names = "--count", required = true, paramLabel = "N", description = "How many triplets, at most 99999.")
    int count;

    @Option(
            names = "--size",
            paramLabel = "PX",
            description = "Side of the pictures (default: 512 for refsegrs, 800 for rrsisd).")
    @Nullable
    Integer size;

    @Option(names = "--seed", defaultValue = "1", paramLabel = "N", description = "Seed (default: ${DEFAULT-VALUE}).")
    long seed;

    @Option(
            names = "--splits",
            split = ",",
            defaultValue = "80,10,10",
            paramLabel = "PERCENT",
            description = "Shares of train, val and test, in this order of the triplets (default: ${DEFAULT-VALUE}).")
    int[] splits;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to work with (default: one a processor).")
    @Nullable
    Integer threads;

    @Override
    public Integer call() {
        if (splits.length != 3
                || splits[0] < 0
                || splits[1] < 0
                || splits[2] < 0
                || splits[0] + splits[1] + splits[2] != 100) {
            throw new UsageException("--splits must be three shares that add up to 100, such as 80,10,10");
        }
        if (count < 1 || count > DatasetWriter.MAX_COUNT) {
            throw new UsageException("--count must be from 1 to " + DatasetWriter.MAX_COUNT + "; got " + count);
        }
        if (threads != null && threads < 1) {
            throw new UsageException("--threads must be at least 1; got " + threads);
        }
        int side = size != null ? size : format == Format.REFSEGRS ? REFSEGRS_SIZE : RRSISD_SIZE;
        if (side < SyntheticScenes.MIN_SIZE || side > SyntheticScenes.MAX_SIZE) {
            throw new UsageException("--size must be from " + SyntheticScenes.MIN_SIZE + " to "
                    + SyntheticScenes.MAX_SIZE + "; got " + side);
        }
        var shares = new DatasetWriter.Shares(splits[0], splits[1], splits[2]);
        try (Parallelism workers = threads == null ? Parallelism.ofCores() : Parallelism.ofThreads(threads);
                Progress progress = new Progress(spec.commandLine().getErr(), "scenes", count)) {
            DatasetWriter.write(
                    new SyntheticScenes(format.vocabulary, seed, side),
                    layout == Lists.JSONL,
                    count,
                    shares,
                    out,
                    workers,
                    progress::done);
        }
        spec.commandLine().getOut().println(out);
        spec.commandLine().getOut().flush();
        return 0;
    }
}
