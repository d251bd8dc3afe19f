package dev.swath.nn;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;

/** A table of vectors by number. */
public final class Embedding extends Module {
    private final Parameter weight;
    private final int padding;

    /** {@code padding} is the row that receives no gradient, or -1. */
    public Embedding(int rows, int size, int padding) {
        this.padding = padding;
        this.weight = parameter("weight", Shape.of(rows, size), Init.truncatedNormal(0.02));
    }

    /** The first {@code rows} rows, as (rows, size): what the ids 0, 1, 2, ... give. */
    public Var first(Tape tape, int rows) {
        return call(tape, () -> dev.swath.autograd.ops.Embedding.first(tape, weight, rows));
    }

    /** ids of any shape to vectors: the shape with {@code size} appended. */
    public Var forward(Tape tape, Tensor ids) {
        return call(tape, () -> dev.swath.autograd.ops.Embedding.apply(tape, weight, ids, padding));
    }
}
