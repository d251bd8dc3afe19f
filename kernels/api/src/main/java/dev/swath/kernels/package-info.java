/**
 * What a kernel computes, said once for all backends. Kernels see storages, offsets and sizes, never tensors.
 *
 * <p>Shape letters: B batch, H W grid, C channels, L cells of a grid or queries, N words or keys, D head width. Feature
 * maps are channels-last: (B, H, W, C). All operands are dense and row-major unless a stride is an argument.
 *
 * <p>Every gradient operand says how it is written: activation gradients overwrite (=), parameter gradients accumulate
 * (+=). An operand that may be {@code null} is skipped when it is.
 */
@NullMarked
package dev.swath.kernels;

import org.jspecify.annotations.NullMarked;
