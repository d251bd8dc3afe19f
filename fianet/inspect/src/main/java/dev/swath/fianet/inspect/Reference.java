package dev.swath.fianet.inspect;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.ReferringSegmenter.Tokens;
import dev.swath.fianet.image.RgbImage;
import dev.swath.files.Quoted;
import dev.swath.nn.inspect.Beside;
import dev.swath.nn.inspect.Deviation;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.weights.Checkpoint;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A pass held against a file of tensors that another program, or an earlier version, wrote of the same image, sentence and weights.
 * Tensors are found by the names of modules, {@code backbone.layers.0} or, for further results, {@code backbone.tmem[1]}; those with
 * their channels before the cells are read as ours, channels last.
 *
 * @param modules how far each module's result is from the file's, in the order of the pass
 * @param unknown names in the file that no module of the pass has
 * @param tolerance the relative tolerance
 */
public record Reference(List<Deviation> modules, List<String> unknown, double tolerance) {
    /** Copies. */
    public Reference {
        modules = List.copyOf(modules);
        unknown = List.copyOf(unknown);
    }

    /** A pass that has ended, by what it kept. */
    public static Reference compare(Inspection inspection, Path file, double tolerance) {
        Beside beside = beside(file, tolerance);
        inspection.record().tensors().forEach(beside::onResult);
        return of(beside, file, tolerance);
    }

    /** Runs the segmenter and compares as modules go by; nothing is kept. */
    public static Reference compare(
            ReferringSegmenter segmenter, RgbImage image, Tokens tokens, Path file, double tolerance) {
        Beside beside = beside(file, tolerance);
        Inspection.of(segmenter, image, tokens, InspectionOptions.defaults(), beside);
        return of(beside, file, tolerance);
    }

    /** Runs the segmenter and compares as modules go by; nothing is kept. */
    public static Reference compare(
            ReferringSegmenter segmenter, RgbImage image, String sentence, Path file, double tolerance) {
        return compare(segmenter, image, Tokens.of(segmenter.parse(sentence)), file, tolerance);
    }

    private static Beside beside(Path file, double tolerance) {
        if (!(tolerance >= 0)) {
            throw new InspectionException("[reference] the tolerance must not be negative; got " + tolerance);
        }
        StateDict tensors = Checkpoint.open(file).tensors();
        Map<String, Tensor> wanted = new LinkedHashMap<>();
        tensors.names().forEach(n -> wanted.put(n, tensors.get(n)));
        return new Beside(wanted);
    }

    private static Reference of(Beside beside, Path file, double tolerance) {
        if (beside.found().isEmpty()) {
            throw new InspectionException("[reference] " + Quoted.path(file)
                    + " must hold tensors under the names of modules; none of its "
                    + beside.unseen().size()
                    + " names is one that the pass has, such as 'backbone.layers.0'");
        }
        return new Reference(beside.found(), beside.unseen(), tolerance);
    }

    /** The first module out of tolerance; of nested ones the innermost. */
    public Optional<Deviation> first() {
        return modules.stream().filter(d -> !d.isWithin(tolerance)).findFirst();
    }

    /** One sentence: where the pass goes wrong, or that it does not. */
    public String verdict() {
        return first().map(d -> "'" + d.name() + "' is the first of " + modules.size()
                        + " modules out of tolerance: relative error "
                        + d.relative() + ", allowed is " + tolerance
                        + (d.comparable() ? "" : "; its shape is " + d.shape() + ", the file's " + d.wanted()))
                .orElse("all " + modules.size() + " modules are within " + tolerance);
    }
}
