package dev.swath.fianet.inspect;

import dev.swath.fianet.SegmentationResult;

/**
 * What an intervention did to the mask.
 *
 * @param intervention what was changed
 * @param result the answer with it
 * @param iou pixels in both masks by pixels in one of them, against the answer without it; 1 if both are empty
 * @param gained pixels that are in the mask with it only
 * @param lost pixels that are in the mask without it only
 */
public record Effect(Intervention intervention, SegmentationResult result, double iou, int gained, int lost) {
    static Effect of(Intervention intervention, SegmentationResult unchanged, SegmentationResult result) {
        int gained = 0;
        int lost = 0;
        for (int i = 0; i < result.mask().length; i++) {
            gained += result.mask()[i] && !unchanged.mask()[i] ? 1 : 0;
            lost += !result.mask()[i] && unchanged.mask()[i] ? 1 : 0;
        }
        return new Effect(intervention, result, iou(unchanged.mask(), result.mask()), gained, lost);
    }

    /** Pixels in both masks by pixels in one of them; 1 if both are empty. */
    static double iou(boolean[] a, boolean[] b) {
        long both = 0;
        long any = 0;
        for (int i = 0; i < a.length; i++) {
            both += a[i] && b[i] ? 1 : 0;
            any += a[i] || b[i] ? 1 : 0;
        }
        return any == 0 ? 1 : (double) both / any;
    }
}
