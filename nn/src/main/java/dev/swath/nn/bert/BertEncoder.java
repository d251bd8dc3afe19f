package dev.swath.nn.bert;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Cast;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleList;
import dev.swath.tensor.Tensor;

/**
 * BERT without pooler (Devlin et al. 2019): word, position and type embeddings, then post-norm layers of self-attention.
 * The attention mask hides keys, not queries; the token type is 0 throughout.
 */
public final class BertEncoder extends Module {
    private static final class Stack extends Module {
        private final ModuleList<BertLayer> layer = new ModuleList<>();

        Stack(BertConfig c) {
            for (int i = 0; i < c.layers(); i++) {
                layer.add(new BertLayer(c));
            }
            child("layer", layer);
        }

        Var forward(Tape tape, Var x, Var mask) {
            return call(
                    tape,
                    () -> tape.scope(layer.name(), () -> {
                        Var y = x;
                        for (BertLayer one : layer.items()) {
                            y = one.forward(tape, y, mask);
                        }
                        return y;
                    }));
        }
    }

    private final BertConfig config;
    private final BertEmbeddings embeddings;
    private final Stack encoder;

    /** With unset parameters; load or initialise them. */
    public BertEncoder(BertConfig config) {
        this.config = config;
        this.embeddings = child("embeddings", new BertEmbeddings(config));
        this.encoder = child("encoder", new Stack(config));
    }

    /**
     * The last hidden state.
     *
     * @param ids (B, N), i64
     * @param mask (B, N), 1 for a visible key, else 0
     * @return (B, N, D), of the element type of the tables, in every precision: words differ by little from each other
     */
    public Var forward(Tape tape, Tensor ids, Var mask) {
        return call(tape, () -> {
            Var x = embeddings.forward(tape, ids);
            return encoder.forward(tape, x, Cast.apply(tape, mask, x.dtype()));
        });
    }

    /** The configuration. */
    public BertConfig config() {
        return config;
    }
}
