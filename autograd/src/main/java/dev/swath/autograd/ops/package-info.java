/** One class an op: checks, forward, backward, and for a fused op {@code composed}, the same from primitive ops. */
@NullMarked
package dev.swath.autograd.ops;

import org.jspecify.annotations.NullMarked;
