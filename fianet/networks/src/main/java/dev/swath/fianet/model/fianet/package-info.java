/**
 * FIANet (Lei et al., "Exploring fine-grained image-text alignment for referring remote sensing image segmentation", TGRS
 * 2024). Feature maps are (B, H, W, C), words (B, N, D). Outside of this package only the list of networks knows its classes.
 */
@NullMarked
package dev.swath.fianet.model.fianet;

import org.jspecify.annotations.NullMarked;
