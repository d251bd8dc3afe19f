/** Benchmarks of the kernels and of the whole network, beside the peers that users would otherwise run. */
@NullMarked
package dev.swath.bench;

import org.jspecify.annotations.NullMarked;
