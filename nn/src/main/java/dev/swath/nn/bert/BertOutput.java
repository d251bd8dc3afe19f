package dev.swath.nn.bert;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Dropout;
import dev.swath.kernels.Activation;
import dev.swath.nn.LayerNorm;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;

/** LN(residual + dropout(dense(x))). */
public final class BertOutput extends Module {
    private final Linear dense;
    private final LayerNorm norm;
    private final double dropout;

    /** From {@code in} to the hidden width, with unset parameters. */
    public BertOutput(BertConfig config, int in) {
        this.dropout = config.dropout();
        this.dense = child("dense", new Linear(in, config.hidden(), true));
        this.norm = child("LayerNorm", new LayerNorm(config.hidden(), config.eps()));
    }

    /** (B, N, in) and the residual (B, N, D) to (B, N, D). */
    public Var forward(Tape tape, Var x, Var residual) {
        return call(tape, () -> {
            Var y = tape.training() && dropout > 0
                    ? Binary.add(tape, residual, Dropout.apply(tape, dense.forward(tape, x), dropout))
                    : dense.forward(tape, x, Activation.IDENTITY, residual);
            return norm.forward(tape, y);
        });
    }
}
