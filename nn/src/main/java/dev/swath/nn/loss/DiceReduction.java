package dev.swath.nn.loss;

/** How the dice of the samples and classes of a batch become one number. */
public enum DiceReduction {
    /** Their sum, as published: its share of the loss grows with the batch. */
    SUM,
    /** Their mean, which does not depend on the size of the batch. */
    MEAN
}
