package dev.swath.nn.bert;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Cast;
import dev.swath.autograd.ops.Dropout;
import dev.swath.nn.Embedding;
import dev.swath.nn.LayerNorm;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleException;
import dev.swath.nn.ModuleList;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;

/**
 * BERT without pooler (Devlin et al. 2019): word, position and type embeddings, then post-norm layers of self-attention.
 * The attention mask hides keys, not queries; the token type is 0 throughout.
 */
public final class BertEncoder extends Module {
    private static final class Embeddings extends Module {
        private final Embedding words;
        private final Embedding positions;
        private final Embedding types;
        private final LayerNorm norm;

        Embeddings(BertConfig c) {
            this.words = child("word_embeddings", new Embedding(c.vocabulary(), c.hidden(), 0));
            this.positions = child("position_embeddings", new Embedding(c.positions(), c.hidden(), -1));
            this.types = child("token_type_embeddings", new Embedding(c.types(), c.hidden(), -1));
            this.norm = child("LayerNorm", new LayerNorm(c.hidden(), c.eps()));
        }

        Var forward(Tape tape, Tensor ids, double dropout) {
            return call(tape, () -> {
                Var x = Binary.add(tape, words.forward(tape, ids), positions.first(tape, ids.dim(1)));
                x = Binary.add(tape, x, types.first(tape, 1));
                return Dropout.apply(tape, norm.forward(tape, x), dropout);
            });
        }
    }

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
    private final Embeddings embeddings;
    private final Stack encoder;

    /** With unset parameters; load or initialise them. */
    public BertEncoder(BertConfig config) {
        this.config = config;
        this.embeddings = child("embeddings", new Embeddings(config));
        this.encoder = child("encoder", new Stack(config));
    }

    /**
     * The last hidden state.
     *
     * @param ids (B, N), i64
     * @param mask (B, N), 1 for a visible key, else 0
     * @return (B, N, D), of the element type that the tape's precision gives activations
     */
    public Var forward(Tape tape, Tensor ids, Var mask) {
        if (ids.rank() != 2 || ids.dim(1) > config.positions() || ids.dim(1) == 0) {
            throw new ModuleException("[bert] ids must have shape (B, N) with N from 1 to " + config.positions()
                    + "; got " + ids.describe());
        }
        return call(tape, () -> {
            Var x = embeddings.forward(tape, ids, config.dropout());
            DType type = tape.precision().activations(x.dtype());
            return encoder.forward(tape, Cast.apply(tape, x, type), Cast.apply(tape, mask, type));
        });
    }

    /** The configuration. */
    public BertConfig config() {
        return config;
    }
}
