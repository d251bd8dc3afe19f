package dev.swath.fianet.data;

/**
 * The file that {@code swath synth} leaves beside the lists of a data set in a published layout, so that its drawn scenes are never
 * taken for the published data.
 */
public final class DrawnMark {
    /** The file's name. */
    public static final String NAME = "drawn-by-swath.json";

    private DrawnMark() {}

    static boolean isIn(DataRoot root) {
        return root.exists(NAME);
    }
}
