/**
 * DLSA: RMSIN with text-mixed convolution maps in its stages and text blocks in its decoder. Feature maps are (B, H, W, C), words
 * (B, N, D). The modules are those of the published files ({@code young-qkl/DLSA}), their names included.
 */
@NullMarked
package dev.swath.fianet.model.dlsa;

import org.jspecify.annotations.NullMarked;
