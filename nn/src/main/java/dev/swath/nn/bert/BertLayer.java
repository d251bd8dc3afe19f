package dev.swath.nn.bert;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Attention;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Dropout;
import dev.swath.kernels.Activation;
import dev.swath.nn.LayerNorm;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;

/** One post-norm layer: LN(x + attention(x)), then LN(. + feed-forward(.)). */
final class BertLayer extends Module {
    private static final class SelfAttention extends Module {
        private final Linear query;
        private final Linear key;
        private final Linear value;

        SelfAttention(int d) {
            this.query = child("query", new Linear(d, d, true));
            this.key = child("key", new Linear(d, d, true));
            this.value = child("value", new Linear(d, d, true));
        }

        Var forward(Tape tape, Var x, Var mask, BertConfig c) {
            return call(tape, () -> {
                double scale = 1 / Math.sqrt((double) c.hidden() / c.heads());
                return Attention.apply(
                        tape,
                        query.forward(tape, x),
                        key.forward(tape, x),
                        value.forward(tape, x),
                        mask,
                        c.heads(),
                        scale,
                        c.dropout());
            });
        }
    }

    private static final class Output extends Module {
        private final Linear dense;
        private final LayerNorm norm;

        Output(int in, int d, double eps) {
            this.dense = child("dense", new Linear(in, d, true));
            this.norm = child("LayerNorm", new LayerNorm(d, eps));
        }

        Var forward(Tape tape, Var x, Var residual, double dropout) {
            return call(tape, () -> {
                Var y = tape.training() && dropout > 0
                        ? Binary.add(tape, residual, Dropout.apply(tape, dense.forward(tape, x), dropout))
                        : dense.forward(tape, x, Activation.IDENTITY, residual);
                return norm.forward(tape, y);
            });
        }
    }

    private static final class AttentionPart extends Module {
        private final SelfAttention self;
        private final Output output;

        AttentionPart(BertConfig c) {
            this.self = child("self", new SelfAttention(c.hidden()));
            this.output = child("output", new Output(c.hidden(), c.hidden(), c.eps()));
        }

        Var forward(Tape tape, Var x, Var mask, BertConfig c) {
            return call(tape, () -> output.forward(tape, self.forward(tape, x, mask, c), x, c.dropout()));
        }
    }

    private static final class Intermediate extends Module {
        private final Linear dense;

        Intermediate(int d, int hidden) {
            this.dense = child("dense", new Linear(d, hidden, true));
        }

        Var forward(Tape tape, Var x) {
            return call(tape, () -> dense.forward(tape, x, Activation.GELU, null));
        }
    }

    private final BertConfig config;
    private final AttentionPart attention;
    private final Intermediate intermediate;
    private final Output output;

    BertLayer(BertConfig config) {
        this.config = config;
        this.attention = child("attention", new AttentionPart(config));
        this.intermediate = child("intermediate", new Intermediate(config.hidden(), config.intermediate()));
        this.output = child("output", new Output(config.intermediate(), config.hidden(), config.eps()));
    }

    Var forward(Tape tape, Var x, Var mask) {
        return call(tape, () -> {
            Var y = attention.forward(tape, x, mask, config);
            return output.forward(tape, intermediate.forward(tape, y), y, config.dropout());
        });
    }
}
