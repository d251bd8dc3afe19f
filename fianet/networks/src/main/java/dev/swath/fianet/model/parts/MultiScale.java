package dev.swath.fianet.model.parts;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.nn.Module;
import java.util.List;

/** What lets the maps of the stages act on each other before the decoder. */
public abstract class MultiScale extends Module {
    /** For subclasses. */
    protected MultiScale() {}

    /** Four maps (B, H_i, W_i, C_i), finest first, and the sentence to four maps of the same shapes. */
    public abstract List<Var> forward(Tape tape, List<Var> maps, Sentence sentence);
}
