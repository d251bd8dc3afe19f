package dev.swath.fianet.model.dlsa;

/**
 * What the text blocks of a decoder are.
 *
 * @param variant how words and cells meet
 * @param uncertainty whether the injection gate also sees the maximum and the deviation over the cells
 * @param ablation a factor that is left out
 */
public record TextBlockSettings(Variant variant, boolean uncertainty, Ablation ablation) {
    /** How words and cells meet. */
    public enum Variant {
        /** Attention from the cells to the words. */
        ATTN,
        /** Products of the cells with the mean word. */
        GLF,
        /** The same, weighted by one number an image. */
        GLF_ADAPT
    }

    /** A factor that is replaced by 1. */
    public enum Ablation {
        /** None. */
        NONE,
        /** The number an image. */
        NO_ALPHA,
        /** The gate a cell and channel. */
        NO_LOCAL,
        /** The scale of the block. */
        NO_SCALE
    }

    /** The published ones. */
    public static final TextBlockSettings PUBLISHED = new TextBlockSettings(Variant.GLF_ADAPT, false, Ablation.NONE);
}
