package dev.swath.fianet.train;

import dev.swath.fianet.draw.Panels;
import dev.swath.fianet.draw.Png;
import dev.swath.fianet.image.PillowResize;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.metrics.Evaluation;
import dev.swath.fianet.metrics.Overlap;
import dev.swath.files.Quoted;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The first samples of an evaluation as one picture, the same ones each time: for each a row of image, true mask and
 * predicted mask, with sentence, name and IoU below.
 */
final class EvaluationSamples {
    /** Most samples shown. */
    static final int MOST = 4;

    /** Greatest side of each picture in pixels. */
    static final int SIDE = 160;

    private final List<Panels.Panel> panels = new ArrayList<>();

    /** Forgets the samples, for an evaluation begins. */
    void clear() {
        panels.clear();
    }

    /** Whether no further sample will be shown. */
    boolean full() {
        return panels.size() == MOST;
    }

    /** Adds the next sample; image and masks have the same size. */
    void add(RgbImage image, Evaluation.Answer answer) {
        int width = Math.min(image.width(), SIDE);
        int height = Math.min(image.height(), SIDE);
        double iou = Overlap.of(answer.prediction().values(), answer.truth().values())
                .iou();
        panels.add(new Panels.Panel(
                PillowResize.bilinear(image, width, height),
                answer.truth().resized(width, height).toBooleanArray(),
                answer.prediction().resized(width, height).toBooleanArray(),
                List.of(
                        Quoted.rule(answer.sentence()),
                        String.format(Locale.ROOT, "%s; IoU %.2f", Quoted.text(answer.id()), 100 * iou))));
    }

    /** The picture of the samples added since the last evaluation began, at least one. */
    Png picture() {
        return Panels.encode(panels);
    }
}
