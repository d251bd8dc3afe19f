package dev.swath.nn.bert;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.nn.Module;

/** One post-norm layer: LN(x + attention(x)), then LN(. + feed-forward(.)). */
public final class BertLayer extends Module {
    private final BertAttention attention;
    private final BertIntermediate intermediate;
    private final BertOutput output;

    /** With unset parameters. */
    public BertLayer(BertConfig config) {
        this.attention = child("attention", new BertAttention(config, config.hidden()));
        this.intermediate = child("intermediate", new BertIntermediate(config));
        this.output = child("output", new BertOutput(config, config.intermediate()));
    }

    /** (B, N, D) to (B, N, D); the mask (B, N) has 1 for a visible key, else 0. */
    public Var forward(Tape tape, Var x, Var mask) {
        return call(tape, () -> {
            Var y = attention.forward(tape, x, x, mask);
            return output.forward(tape, intermediate.forward(tape, y), y);
        });
    }
}
