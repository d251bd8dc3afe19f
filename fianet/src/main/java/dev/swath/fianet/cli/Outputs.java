package dev.swath.fianet.cli;

import dev.swath.fianet.SegmentationResult;
import dev.swath.fianet.image.Overlays;
import dev.swath.fianet.image.RgbImage;
import dev.swath.weights.AtomicFile;
import dev.swath.weights.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes what a segmentation gives: mask, probability, overlay and numbers. */
final class Outputs {
    private Outputs() {}

    /** Creates the folder, or says why it cannot be written to, before any work is done. */
    static Path folder(Path out) {
        try {
            Files.createDirectories(out);
            Path probe = Files.createTempFile(out, ".swath", ".tmp");
            Files.delete(probe);
            return out;
        } catch (IOException e) {
            throw new IllegalStateException("[output] the folder " + out + " cannot be written to ("
                    + e.getClass().getSimpleName() + "); choose another with --out");
        }
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
