package dev.swath.nn.bert;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Dropout;
import dev.swath.nn.Embedding;
import dev.swath.nn.LayerNorm;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleException;
import dev.swath.tensor.Tensor;

/** LN(word + position + type), then dropout; the token type is 0 throughout. */
public final class BertEmbeddings extends Module {
    private final BertConfig config;
    private final Embedding words;
    private final Embedding positions;
    private final Embedding types;
    private final LayerNorm norm;

    /** With unset parameters. */
    public BertEmbeddings(BertConfig config) {
        this.config = config;
        this.words = child("word_embeddings", new Embedding(config.vocabulary(), config.hidden(), 0));
        this.positions = child("position_embeddings", new Embedding(config.positions(), config.hidden(), -1));
        this.types = child("token_type_embeddings", new Embedding(config.types(), config.hidden(), -1));
        this.norm = child("LayerNorm", new LayerNorm(config.hidden(), config.eps()));
    }

    /** Ids (B, N), i64, to (B, N, D), of the element type of the tables. */
    public Var forward(Tape tape, Tensor ids) {
        if (ids.rank() != 2 || ids.dim(1) > config.positions() || ids.dim(1) == 0) {
            throw new ModuleException("[bert] ids must have shape (B, N) with N from 1 to " + config.positions()
                    + "; got " + ids.describe());
        }
        return call(tape, () -> {
            Var x = Binary.add(tape, words.forward(tape, ids), positions.first(tape, ids.dim(1)));
            x = Binary.add(tape, x, types.first(tape, 1));
            return Dropout.apply(tape, norm.forward(tape, x), config.dropout());
        });
    }
}
