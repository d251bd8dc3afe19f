/**
 * MAFN: RMSIN with an attention of every token to noisy copies of itself in each Swin block, a correlation block in each stage and
 * a decoder of several kernels. Feature maps are (B, H, W, C), words (B, N, D). The modules are those of the published files
 * ({@code Roaxy/MAFN}), their names included.
 */
@NullMarked
package dev.swath.fianet.model.mafn;

import org.jspecify.annotations.NullMarked;
