package dev.swath.fianet.model.dlsa;

/**
 * What the text blocks of a decoder are.
 *
 * @param variant how words and cells meet
 * @param uncertainty whether the injection gate also sees the maximum and the deviation over the cells
 * @param ablation a factor that is left out
 * @param start values that a training starts from
 */
public record TextBlockSettings(Variant variant, boolean uncertainty, Ablation ablation, Start start) {
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

    /**
     * Where a training starts.
     *
     * @param scale of the block, before tanh
     * @param gateBias of the gate a cell and channel
     * @param injectionBias of the number an image
     * @param injectionDeviation of the last weights behind that number; 0 for zeros
     */
    public record Start(double scale, double gateBias, double injectionBias, double injectionDeviation) {
        /** What the published scripts set. */
        public static final Start PUBLISHED = new Start(0.05, -2, -1, 0.001);
    }

    /** The published ones. */
    public static final TextBlockSettings PUBLISHED =
            new TextBlockSettings(Variant.GLF_ADAPT, false, Ablation.NONE, Start.PUBLISHED);
}
