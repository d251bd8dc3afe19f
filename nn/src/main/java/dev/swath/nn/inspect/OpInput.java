package dev.swath.nn.inspect;

import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;

/**
 * What an op has read.
 *
 * @param name of the op's argument
 * @param shape extents
 * @param dtype element type
 * @param from number of the op that made it, or -1 where it came from outside of the pass
 * @param parameter name of the parameter or buffer that it is, else empty
 */
public record OpInput(String name, Shape shape, DType dtype, int from, String parameter) {}
