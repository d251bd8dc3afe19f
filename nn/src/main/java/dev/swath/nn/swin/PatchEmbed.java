package dev.swath.nn.swin;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Pad;
import dev.swath.nn.Conv2d;
import dev.swath.nn.Init;
import dev.swath.nn.LayerNorm;
import dev.swath.nn.Module;

/** Cuts the image into patches and projects each to a vector: convolution with kernel = stride = patch, then layer norm. */
public final class PatchEmbed extends Module {
    private final Conv2d proj;
    private final LayerNorm norm;
    private final int patch;

    /** From 3 channels to {@code embedDim}. */
    public PatchEmbed(int patch, int embedDim) {
        this(patch, embedDim, Init.uniform(3 * patch * patch));
    }

    /** With the first values of the convolution drawn by {@code init}. */
    public PatchEmbed(int patch, int embedDim, Init init) {
        this.patch = patch;
        this.proj = child("proj", new Conv2d(3, embedDim, patch, patch, 0, 1, 1, true, init));
        this.norm = child("norm", new LayerNorm(embedDim, 1e-5));
    }

    /** (B, H, W, 3) to (B, ceil(H/patch), ceil(W/patch), C); the image is padded by zeros to whole patches. */
    public Var forward(Tape tape, Var image) {
        return call(tape, () -> {
            int bottom = Math.floorMod(-image.dim(1), patch);
            int right = Math.floorMod(-image.dim(2), patch);
            return norm.forward(tape, proj.forward(tape, Pad.apply(tape, image, bottom, right)));
        });
    }
}
