package dev.swath.fianet.inspect;

import dev.swath.tensor.Tensor;

/**
 * The weight that the position branch gives each cell of the object branch: sigmoid of a convolution.
 *
 * @param module the convolution
 * @param op the sigmoid, as in {@link dev.swath.nn.inspect.OpRecord#name}
 * @param stage 1 to 4
 * @param weights (height, width), in (0, 1)
 */
public record SpatialPrior(String module, String op, int stage, Tensor weights) {}
