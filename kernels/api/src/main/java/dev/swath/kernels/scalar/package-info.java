/** Plain loops with double accumulators, in f32 or f64: the truth that every other backend is compared with. */
@NullMarked
package dev.swath.kernels.scalar;

import org.jspecify.annotations.NullMarked;
