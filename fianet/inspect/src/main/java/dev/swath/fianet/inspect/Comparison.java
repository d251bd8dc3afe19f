package dev.swath.fianet.inspect;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.image.RgbImage;
import dev.swath.nn.inspect.Beside;
import dev.swath.nn.inspect.Deviation;
import java.util.List;
import java.util.Optional;

/**
 * Two passes beside each other: of two sentences, images, checkpoints or switches.
 *
 * @param left the one that was held on to
 * @param right the other one
 * @param modules how far what left each module on the right is from what left it on the left, in the order of the pass; modules
 *     that only one of them called, or of which the left one kept nothing, are not among them
 * @param iou of the two masks, if they are of one size
 */
public record Comparison(Inspection left, Inspection right, List<Deviation> modules, Optional<Double> iou) {
    /** Copies. */
    public Comparison {
        modules = List.copyOf(modules);
    }

    /** Of two passes that have ended, by what both of them kept. */
    public static Comparison of(Inspection left, Inspection right) {
        Beside beside = new Beside(left.record().tensors());
        right.record().tensors().forEach(beside::onResult);
        return of(left, right, beside);
    }

    /**
     * Runs the right one and compares each module as it goes by, with all that the left one kept: a left one that kept {@code *}
     * compares the whole network, and the right one need not keep anything.
     */
    public static Comparison of(
            Inspection left, ReferringSegmenter segmenter, RgbImage image, String sentence, InspectionOptions options) {
        Beside beside = new Beside(left.record().tensors());
        Inspection right = Inspection.of(segmenter, image, sentence, options, beside);
        return of(left, right, beside);
    }

    private static Comparison of(Inspection left, Inspection right, Beside beside) {
        boolean fits = left.image().width() == right.image().width()
                && left.image().height() == right.image().height();
        Optional<Double> iou = fits ? Optional.of(Effect.iou(left.mask(), right.mask())) : Optional.empty();
        return new Comparison(left, right, beside.found(), iou);
    }

    /** Where left and right part: the first module whose result differs in any bit of its value; of nested ones the innermost. */
    public Optional<Deviation> parts() {
        return modules.stream().filter(d -> !d.isEqual()).findFirst();
    }

    /** The module that differs most by its norm, if any does. */
    public Optional<Deviation> most() {
        return modules.stream().filter(d -> !d.isEqual()).max(java.util.Comparator.comparingDouble(Deviation::norm));
    }
}
