/**
 * What LAVT (Yang et al., "LAVT: language-aware vision transformer for referring image segmentation", CVPR 2022) and every
 * network made from it have in common: BERT reads the sentence once, each Swin stage is followed by an alignment of its cells
 * with the words, four maps go through a multi-scale module, if there is one, to a decoder, and its logits to the size of the
 * image. A network adds its stage ({@code SwinStage}, {@code FusionStage}), its multi-scale module and its decoder.
 */
@NullMarked
package dev.swath.fianet.model.skeleton;

import org.jspecify.annotations.NullMarked;
