package dev.swath.fianet.cli;

import dev.swath.fianet.SegmentationResult;
import dev.swath.fianet.draw.Overlays;
import dev.swath.fianet.image.RgbImage;
import dev.swath.files.AtomicFile;
import dev.swath.files.FileFaults;
import dev.swath.files.json.Json;
import dev.swath.tokenizer.Encoding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** Writes what a segmentation gives: mask, probability, overlay and numbers. */
final class Outputs {
    private Outputs() {}

    /** Creates the folder, or says why it cannot be written to, before any work is done. */
    static Path folder(Path out) {
        try {
            Files.createDirectories(out);
        } catch (IOException e) {
            throw new IllegalStateException("[output] the folder " + out + " cannot be created (" + FileFaults.reason(e)
                    + "); choose another with --out");
        }
        probe(out, "--out");
        return out;
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

    /** Tells the user that a sentence is longer than the network reads. */
    static void tellTruncated(CommandSpec spec, Encoding encoding) {
        spec.commandLine()
                .getErr()
                .println("swath: the sentence has " + (encoding.pieces().size() + 2) + " tokens; only the first "
                        + encoding.ids().length + " are used.");
    }

    /** Writes the four files with {@code prefix} before their names and returns them. */
    static List<Path> write(
            Path out, String prefix, RgbImage image, SegmentationResult r, String sentence, Map<String, Object> more) {
        Path mask = out.resolve(prefix + "mask.png");
        Path probability = out.resolve(prefix + "probability.png");
        Path overlay = out.resolve(prefix + "overlay.png");
        Path json = out.resolve(prefix + "result.json");
        Overlays.writeMask(mask, r.mask(), r.width(), r.height());
        Overlays.writeProbability(probability, r.probability(), r.width(), r.height());
        Overlays.writeOverlay(overlay, image, r.mask());
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
        return List.of(mask, probability, overlay, json);
    }
}
