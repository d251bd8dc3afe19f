/**
 * CrossVLT (Cho et al., "Cross-aware early fusion with stage-divided vision and language transformer encoders for referring image
 * segmentation", IEEE Transactions on Multimedia 2024): four vision stages and four language stages take turns, so that pixels
 * ask words and words ask pixels at each scale. Feature maps are (B, H, W, C), words (B, N, D). Outside of this package only the
 * list of networks knows its classes.
 */
@NullMarked
package dev.swath.fianet.model.crossvlt;

import org.jspecify.annotations.NullMarked;
