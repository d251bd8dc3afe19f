/**
 * RMSIN (Liu et al., "Rotated multi-scale interaction network for referring remote sensing image segmentation", CVPR 2024) and
 * RemoteSAM (Yao et al., 2025), which is the same network for images of 896 pixels. Outside of this package only the list of
 * networks knows its classes.
 */
@NullMarked
package dev.swath.fianet.model.rmsin;

import org.jspecify.annotations.NullMarked;
