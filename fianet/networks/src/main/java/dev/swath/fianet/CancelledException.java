package dev.swath.fianet;

/** A listener ended a segmentation before its result was ready; the segmenter can be used on. */
public final class CancelledException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CancelledException(double fraction) {
        super("[segment] the listener cancelled the call at " + Math.round(100 * fraction) + " %");
    }
}
