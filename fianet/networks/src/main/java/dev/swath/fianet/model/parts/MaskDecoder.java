package dev.swath.fianet.model.parts;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.nn.Module;
import java.util.List;

/** From the maps of the stages to the logits of the two classes. */
public abstract class MaskDecoder extends Module {
    /** For subclasses. */
    protected MaskDecoder() {}

    /** Four maps (B, H_i, W_i, C_i), finest first, and the sentence to logits (B, H_0, W_0, 2). */
    public abstract Var forward(Tape tape, List<Var> maps, Sentence sentence);
}
