/** The loop of a training run: steps, epochs, checkpoints, and who watches them. */
@NullMarked
package dev.swath.nn.train;

import org.jspecify.annotations.NullMarked;
