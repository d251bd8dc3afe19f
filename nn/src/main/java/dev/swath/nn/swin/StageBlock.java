package dev.swath.nn.swin;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.nn.Module;

/** What stands in a row in a stage: {@link SwinBlock}, or one that does more. */
public abstract class StageBlock extends Module {
    /** For subclasses. */
    protected StageBlock() {}

    /** (B, H, W, C) to (B, H, W, C). */
    public abstract Var forward(Tape tape, Var x);
}
