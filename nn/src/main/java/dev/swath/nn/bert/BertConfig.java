package dev.swath.nn.bert;

/**
 * Sizes of a BERT encoder.
 *
 * @param vocabulary entries of the word table
 * @param hidden width D
 * @param layers number of layers
 * @param heads attention heads; D is a multiple of them
 * @param intermediate width of the feed-forward part
 * @param positions longest sequence
 * @param types token types
 * @param dropout rate in training, on hidden values and attention weights
 * @param eps of the layer norms
 */
public record BertConfig(
        int vocabulary,
        int hidden,
        int layers,
        int heads,
        int intermediate,
        int positions,
        int types,
        double dropout,
        double eps) {
    /** Checks. */
    public BertConfig {
        if (vocabulary < 1
                || hidden < 1
                || layers < 0
                || heads < 1
                || intermediate < 1
                || positions < 1
                || types < 1
                || hidden % heads != 0) {
            throw new IllegalArgumentException(
                    "[bert] sizes must be positive and the hidden width a multiple of the heads; got hidden " + hidden
                            + ", heads " + heads + ", layers " + layers + ", vocabulary " + vocabulary);
        }
    }

    /** How many weights such an encoder has, its biases and norms apart. */
    public long parameters() {
        long layer = 4L * hidden * hidden + 2L * hidden * intermediate;
        return ((long) vocabulary + positions + types) * hidden + layers * layer;
    }

    /** bert-base-uncased. */
    public static BertConfig base() {
        return new BertConfig(30522, 768, 12, 12, 3072, 512, 2, 0.1, 1e-12);
    }
}
