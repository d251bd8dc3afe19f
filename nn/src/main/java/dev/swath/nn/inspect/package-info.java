/** A forward pass written down: modules and ops with their shapes, times and numbers, and the tensors that were asked for. */
@NullMarked
package dev.swath.nn.inspect;

import org.jspecify.annotations.NullMarked;
