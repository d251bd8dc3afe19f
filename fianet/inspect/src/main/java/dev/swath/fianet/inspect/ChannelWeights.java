package dev.swath.fianet.inspect;

import dev.swath.tensor.Tensor;

/**
 * The weight by which a stage multiplies each channel of what its branches add.
 *
 * @param module that gives them
 * @param stage 1 to 4
 * @param weights (C), in (0, 1)
 */
public record ChannelWeights(String module, int stage, Tensor weights) {}
