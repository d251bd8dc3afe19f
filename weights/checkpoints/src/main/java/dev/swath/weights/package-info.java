/** Checkpoints in and out: files are hostile until read, and nothing inside one is ever executed. */
@NullMarked
package dev.swath.weights;

import org.jspecify.annotations.NullMarked;
