/** Noise weights of any size, and training checkpoints in the file format of the published training script. */
@NullMarked
package dev.swath.bench.checkpoint;

import org.jspecify.annotations.NullMarked;
