package dev.swath.nn.bert;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Activation;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;

/** GELU(dense(x)): the first half of BERT's feed-forward part; {@link BertOutput} is the second. */
public final class BertIntermediate extends Module {
    private final Linear dense;

    /** With unset parameters. */
    public BertIntermediate(BertConfig config) {
        this.dense = child("dense", new Linear(config.hidden(), config.intermediate(), true));
    }

    /** (B, N, D) to (B, N, intermediate). */
    public Var forward(Tape tape, Var x) {
        return call(tape, () -> dense.forward(tape, x, Activation.GELU, null));
    }
}
