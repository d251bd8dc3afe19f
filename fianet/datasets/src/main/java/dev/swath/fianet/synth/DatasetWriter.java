package dev.swath.fianet.synth;

import dev.swath.fianet.data.DataException;
import dev.swath.fianet.data.DrawnMark;
import dev.swath.fianet.data.Split;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.AtomicFile;
import dev.swath.files.FileFaults;
import dev.swath.files.NewFolders;
import dev.swath.files.Unfinished;
import dev.swath.files.json.Json;
import dev.swath.kernels.Parallelism;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Writes scenes in the on-disk layout of RefSegRS or RRSIS-D, with the {@link DrawnMark}. Everything goes into a hidden folder beside the target, which
 * is renamed at the end: the target is there whole or not at all, and an interrupted call leaves nothing behind. The bytes do not depend on the number of threads.
 */
public final class DatasetWriter {
    /** Most triplets: names have five digits. */
    public static final int MAX_COUNT = 99_999;

    private DatasetWriter() {}

    /** Where the files of one data set go. */
    interface Layout {
        /** Writes what triplet {@code i} has of its own; called by many threads. */
        void put(int i, SyntheticScenes.Triplet t, Split split) throws IOException;

        /** Writes the lists, after all triplets. */
        void finish() throws IOException;
    }

    /**
     * How many of every hundred triplets go to each split; the first go to train, the last to test.
     *
     * @param train for learning
     * @param val for choosing
     * @param test for the final figures
     */
    public record Shares(int train, int val, int test) {
        /** 80, 10, 10. */
        public static final Shares DEFAULT = new Shares(80, 10, 10);

        /** Checks. */
        public Shares {
            if (train < 0 || val < 0 || test < 0 || train + val + test != 100) {
                throw new IllegalArgumentException("[synth] the shares of train, val and test must add up to 100; got "
                        + train + ", " + val + ", " + test);
            }
        }

        /** The split of triplet {@code i} of {@code count}. */
        public Split of(int i, int count) {
            long hundredths = 100L * i / count;
            return hundredths < train ? Split.TRAIN : hundredths < train + val ? Split.VAL : Split.TEST;
        }
    }

    /**
     * Writes {@code count} triplets into {@code target}, which must not exist or be an empty folder.
     *
     * @param done is told how many are ready, after each one, by any thread
     * @throws DataException in one sentence if the target is in use or cannot be written
     */
    public static void write(
            SyntheticScenes scenes, int count, Shares shares, Path target, Parallelism threads, IntConsumer done) {
        write(scenes, false, count, shares, target, threads, done);
    }

    /**
     * The same with the annotations as JSON lines, masks in them, in place of the data set's own lists.
     *
     * @param jsonLines whether so
     */
    public static void write(
            SyntheticScenes scenes,
            boolean jsonLines,
            int count,
            Shares shares,
            Path target,
            Parallelism threads,
            IntConsumer done) {
        if (count < 1 || count > MAX_COUNT) {
            throw new DataException(
                    "[synth] the count must be from 1 to " + MAX_COUNT + ", as names have five digits; got " + count);
        }
        Path folder = target.toAbsolutePath().normalize();
        Path parent = folder.getParent();
        if (parent == null) {
            throw new DataException("[synth] a data set cannot be written to the root folder; choose another");
        }
        try {
            if (Files.exists(folder) && (!Files.isDirectory(folder) || !isEmpty(folder))) {
                throw new DataException(
                        "[synth] a data set needs a new or empty folder; " + target + " is in use, choose another");
            }
            NewFolders above = NewFolders.make(parent);
            try {
                Path place =
                        Files.exists(folder) ? folder.toRealPath() : folder; // an empty folder may lie behind a link
                Path work = Unfinished.folder(place.resolveSibling(".").normalize());
                try {
                    fill(work, scenes, jsonLines, count, shares, threads, done);
                    AtomicFile.copyPermissions(place, work);
                    Files.move(work, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                } finally {
                    Unfinished.delete(work);
                }
            } finally {
                above.undo(); // those that hold nothing
            }
        } catch (IOException e) {
            throw failure(target, e);
        } catch (UncheckedIOException e) {
            throw failure(target, e.getCause());
        }
    }

    private static void fill(
            Path work,
            SyntheticScenes scenes,
            boolean jsonLines,
            int count,
            Shares shares,
            Parallelism threads,
            IntConsumer done)
            throws IOException {
        Layout layout = jsonLines
                ? new JsonLinesFiles(work, scenes.format(), count)
                : scenes.format() == DatasetVocabulary.REFSEGRS
                        ? new RefSegRsFiles(work, count)
                        : new RrsisdFiles(work, count, scenes.size());
        AtomicInteger ready = new AtomicInteger();
        threads.forEach(count, i -> {
            try {
                layout.put(i, scenes.triplet(i), shares.of(i, count));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            done.accept(ready.incrementAndGet());
        });
        layout.finish();
        Map<String, Object> mark = new LinkedHashMap<>();
        mark.put("drawn_by", "swath synth");
        mark.put("format", scenes.format().name().toLowerCase(Locale.ROOT));
        mark.put("scenes_version", SyntheticScenes.VERSION);
        mark.put("seed", scenes.seed());
        mark.put("size", scenes.size());
        mark.put("count", count);
        mark.put("splits", List.of(shares.train(), shares.val(), shares.test()));
        Files.writeString(work.resolve(DrawnMark.NAME), Json.write(mark, true) + "\n");
    }

    private static DataException failure(Path target, IOException e) {
        return new DataException("[synth] " + target + " could not be written: " + FileFaults.reason(e), e);
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (var list = Files.list(folder)) {
            return list.findAny().isEmpty();
        }
    }
}
