package dev.swath.fianet.cli;

import dev.swath.fianet.SegmentationResult;
import dev.swath.fianet.draw.FloatFiles;
import dev.swath.fianet.draw.Overlays;
import dev.swath.fianet.image.RgbImage;
import dev.swath.files.AtomicFile;
import dev.swath.files.Counted;
import dev.swath.files.FileFaults;
import dev.swath.files.Quoted;
import dev.swath.files.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes what a segmentation gives: mask, probability, overlay and numbers. */
final class Outputs {
    /** Name of the mask. */
    static final String MASK = "mask.png";

    private Outputs() {}

    /**
     * Says before any work is done whether files can be written to the folder, or to the nearest one above it that is there: it
     * is created with the first of them, by {@link #created}, so that a command that fails leaves none behind.
     */
    static void requireFolder(Path out) {
        Path there = out.toAbsolutePath();
        while (there.getParent() != null && !Files.exists(there, LinkOption.NOFOLLOW_LINKS)) {
            there = there.getParent();
        }
        if (!Files.isDirectory(there)) {
            throw cannotBeCreated(out, there + " is no folder");
        }
        probe(there, "--out");
    }

    /** The folder, created if it is not there. */
    static Path created(Path folder) {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw cannotBeCreated(folder, FileFaults.reason(e));
        }
    }

    private static IllegalStateException cannotBeCreated(Path folder, String reason) {
        return new IllegalStateException("[output] the folder " + Quoted.path(folder) + " cannot be created (" + reason
                + "); choose another with --out");
    }

    /** Says before any work is done whether the file can be written: its folder must be there and take files. */
    static void requireWritable(Path file, String option) {
        if (AtomicFile.isWrittenInPlace(file)) {
            return; // a device or a pipe: whether it takes what is written shows when it is
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw new IllegalStateException(
                    "[output] " + option + " must name a file, but " + file + " is a folder; name a file in it");
        }
        if (!Files.isDirectory(folder)) {
            throw new IllegalStateException(
                    "[output] the folder of " + file + " does not exist; create it or choose another with " + option);
        }
        probe(folder, option);
    }

    private static void probe(Path folder, String option) {
        try {
            Files.delete(Files.createTempFile(folder, ".swath", ".tmp"));
        } catch (IOException e) {
            throw new IllegalStateException("[output] the folder " + folder + " cannot be written to ("
                    + FileFaults.reason(e) + "); choose another with " + option);
        }
    }

    /** Formats of the probabilities as floats. */
    enum Floats {
        NPY(".npy") {
            @Override
            void write(Path file, SegmentationResult r) {
                FloatFiles.writeNpy(file, r::probabilityRow, r.width(), r.height());
            }
        },
        TIFF(".tif") {
            @Override
            void write(Path file, SegmentationResult r) {
                FloatFiles.writeTiff(file, r::probabilityRow, r.width(), r.height());
            }
        };

        private final String ending;

        Floats(String ending) {
            this.ending = ending;
        }

        abstract void write(Path file, SegmentationResult r);
    }

    /** Writes the four files with {@code prefix} before their names and returns them. */
    static List<Path> write(
            Path out, String prefix, RgbImage image, SegmentationResult r, String sentence, Map<String, Object> more) {
        Consumer<Path> overlay = file -> Overlays.writeOverlay(file, image, r.mask());
        return write(out, prefix, overlay, r, sentence, more, null, Optional.empty());
    }

    /** Writes also the probabilities as floats, and beside every picture the world file, if there is one. */
    static List<Path> write(
            Path out,
            String prefix,
            Consumer<Path> overlayWriter,
            SegmentationResult r,
            String sentence,
            Map<String, Object> more,
            @Nullable Floats floats,
            Optional<WorldFile> world) {
        Path mask = out.resolve(prefix + MASK);
        Path probability = out.resolve(prefix + "probability.png");
        Path overlay = out.resolve(prefix + "overlay.png");
        Path json = out.resolve(prefix + "result.json");
        Overlays.writeMask(mask, r.mask(), r.width(), r.height());
        Overlays.writeProbability(probability, r::probabilityRow, r.width(), r.height());
        overlayWriter.accept(overlay);
        List<Path> written = new ArrayList<>(List.of(mask, probability, overlay));
        if (floats != null) {
            Path file = out.resolve(prefix + "probability" + floats.ending);
            floats.write(file, r);
            written.add(file);
        }
        world.ifPresent(w -> List.copyOf(written).stream()
                .filter(f -> !f.toString().endsWith(Floats.NPY.ending))
                .forEach(f -> w.write(f, written)));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("sentence", sentence);
        result.put("width", r.width());
        result.put("height", r.height());
        result.put("area", r.area());
        result.put("share", (double) r.area() / r.mask().length);
        result.put("score", r.score());
        int[] b = r.bounds();
        result.put("bounds", List.of(b[0], b[1], b[2], b[3]));
        result.putAll(more);
        AtomicFile.write(json, (Json.write(result, true) + "\n").getBytes(StandardCharsets.UTF_8));
        written.add(json);
        return written;
    }

    /** What an answer says, for a reader. */
    static String sentence(String subject, String sentence, SegmentationResult r, String backend) {
        String found = r.area() == 0
                ? "nothing found"
                : String.format(
                        Locale.ROOT,
                        "%s, %.1f %% of it, score %.2f",
                        Counted.of(r.area(), "pixel"),
                        100.0 * r.area() / r.mask().length,
                        r.score());
        String asked = sentence.isEmpty() ? "" : ", \"" + Quoted.text(sentence) + "\"";
        return "swath: " + subject + asked + ": " + found + " (" + backend + ")";
    }
}
