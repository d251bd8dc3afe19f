/**
 * The Swin transformer (Liu et al. 2021) as a backbone, useful alone: any image size, windows of 7, 12 or any other side.
 *
 * <pre>{@code
 * SwinTransformer swin = new SwinTransformer(SwinConfig.tiny(7));
 * swin.initialise(new RandomSource(1));
 * Tape tape = Tape.inference(Tape.Options.of(Backends.cpu()));
 * Var image = Var.constant(Tensor.zeros(1, 70, 64, 3)); // (B, H, W, 3), normalised
 * for (Var map : swin.forward(tape, image)) {
 *     System.out.println(map.shape()); // (B, H / 4, W / 4, 96), then half the grid and twice the channels a stage
 * }
 * }</pre>
 */
@NullMarked
package dev.swath.nn.swin;

import org.jspecify.annotations.NullMarked;
