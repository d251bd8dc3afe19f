package dev.swath.nn.swin;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.PatchMerge;
import dev.swath.nn.LayerNorm;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;

/** Halves the grid and doubles the channels: each 2x2 patch becomes 4C channels, layer norm, linear to 2C. */
public final class PatchMerging extends Module {
    private final Linear reduction;
    private final LayerNorm norm;

    /** From {@code channels} to twice as many. */
    public PatchMerging(int channels) {
        this.reduction = child("reduction", new Linear(4 * channels, 2 * channels, false));
        this.norm = child("norm", new LayerNorm(4 * channels, 1e-5));
    }

    /** (B, H, W, C) to (B, ceil(H/2), ceil(W/2), 2C). */
    public Var forward(Tape tape, Var x) {
        return call(tape, () -> reduction.forward(tape, norm.forward(tape, PatchMerge.apply(tape, x))));
    }
}
