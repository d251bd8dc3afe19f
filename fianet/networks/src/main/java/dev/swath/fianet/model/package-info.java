/**
 * FIANet (Lei et al., "Exploring fine-grained image-text alignment for referring remote sensing image segmentation", TGRS
 * 2024). Feature maps are (B, H, W, C), words (B, N, D).
 */
@NullMarked
package dev.swath.fianet.model;

import org.jspecify.annotations.NullMarked;
