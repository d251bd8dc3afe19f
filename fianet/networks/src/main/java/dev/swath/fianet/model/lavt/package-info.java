/**
 * LAVT (Yang et al., "LAVT: language-aware vision transformer for referring image segmentation", CVPR 2022): the skeleton and
 * nothing else. Its published weights were trained on natural images (RefCOCO, RefCOCO+, RefCOCOg).
 */
@NullMarked
package dev.swath.fianet.model.lavt;

import org.jspecify.annotations.NullMarked;
