/** The operations that are measured: their inputs, what is right, and the engines that compete in them. */
@NullMarked
package dev.swath.bench.ops;

import org.jspecify.annotations.NullMarked;
