package dev.swath.fianet;

/** Is told how far a segmentation is and may end it. Called on the thread that segments, about forty times a call. */
@FunctionalInterface
public interface ProgressListener {
    /**
     * A part of the network is done.
     *
     * @param fraction of the work, growing from above 0 to 1; 1 comes once, when the result is ready
     * @return true to go on, false to cancel: the call then ends with a {@link CancelledException}
     */
    boolean onProgress(double fraction);
}
