package dev.swath.nn.bert;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Attention;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;
import org.jspecify.annotations.Nullable;

/**
 * LN(x + dense(attention of x to y)): multi-head attention with the residual and the norm behind it. In a layer of BERT y is x;
 * where words ask something else, y is that, of any width.
 */
public final class BertAttention extends Module {
    private static final class Heads extends Module {
        private final Linear query;
        private final Linear key;
        private final Linear value;

        Heads(int d, int asked) {
            this.query = child("query", new Linear(d, d, true));
            this.key = child("key", new Linear(asked, d, true));
            this.value = child("value", new Linear(asked, d, true));
        }

        Var forward(Tape tape, Var x, Var asked, @Nullable Var mask, BertConfig c) {
            return call(tape, () -> {
                double scale = 1 / Math.sqrt((double) c.hidden() / c.heads());
                Var q = query.forward(tape, x);
                Var k = key.forward(tape, asked);
                Var v = value.forward(tape, asked);
                return mask == null
                        ? Attention.apply(tape, q, k, v, c.heads(), scale, c.dropout())
                        : Attention.apply(tape, q, k, v, mask, c.heads(), scale, c.dropout());
            });
        }
    }

    private final BertConfig config;
    private final Heads self;
    private final BertOutput output;

    /** With unset parameters; {@code asked} is the width of what x asks. */
    public BertAttention(BertConfig config, int asked) {
        this.config = config;
        this.self = child("self", new Heads(config.hidden(), asked));
        this.output = child("output", new BertOutput(config, config.hidden()));
    }

    /**
     * @param x (B, N, D)
     * @param asked (B, M, E)
     * @param mask (B, M), 1 for what is visible, else 0; null if all is
     * @return (B, N, D)
     */
    public Var forward(Tape tape, Var x, Var asked, @Nullable Var mask) {
        return call(tape, () -> output.forward(tape, self.forward(tape, x, asked, mask, config), x));
    }
}
