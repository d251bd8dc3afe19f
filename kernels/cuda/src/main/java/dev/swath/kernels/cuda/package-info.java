/** The place of the CUDA backend. */
@NullMarked
package dev.swath.kernels.cuda;

import org.jspecify.annotations.NullMarked;
