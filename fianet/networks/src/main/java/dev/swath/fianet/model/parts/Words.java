package dev.swath.fianet.model.parts;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Cast;
import dev.swath.autograd.ops.MatMul;
import dev.swath.autograd.ops.Narrow;
import dev.swath.autograd.ops.Reduce;
import dev.swath.autograd.ops.Reshape;
import dev.swath.autograd.ops.Unary;
import dev.swath.tensor.DType;

/**
 * One encoding of the sentence.
 *
 * @param features (B, N, D)
 * @param mask (B, N), 1 for a word that this branch sees
 * @param shares (B, 1, N), the mask divided by the number of words seen
 * @param differences (B, N, D), what sets the features of each word seen apart from their mean; 0 for the others
 */
public record Words(Var features, Var mask, Var shares, Var differences) {
    /** Works out shares and differences. */
    public static Words of(Tape tape, Var features, Var mask) {
        Var shares = shares(tape, mask);
        return new Words(features, mask, shares, apart(tape, features, mask, shares));
    }

    /** Those of some of the sentences. */
    public Words sentences(Tape tape, int first, int count) {
        if (count == mask.dim(0)) {
            return this;
        }
        int end = first + count;
        return new Words(
                Narrow.apply(tape, features, 0, first, end),
                Narrow.apply(tape, mask, 0, first, end),
                Narrow.apply(tape, shares, 0, first, end),
                Narrow.apply(tape, differences, 0, first, end));
    }

    /** In another element type. */
    public Words cast(Tape tape, DType type) {
        return new Words(
                Cast.apply(tape, features, type),
                Cast.apply(tape, mask, type),
                Cast.apply(tape, shares, type),
                Cast.apply(tape, differences, type));
    }

    /** The mean of the words that it sees, (B, D); 0 if there is none. */
    public Var mean(Tape tape) {
        return tape.scope(
                "", () -> Reshape.apply(tape, MatMul.apply(tape, shares, features), features.dim(0), features.dim(2)));
    }

    /** What sets y (B, N, C) of each word seen apart from the mean of those seen; 0 for the others. */
    public Var apart(Tape tape, Var y) {
        return apart(tape, y, mask, shares);
    }

    private static Var apart(Tape tape, Var y, Var mask, Var shares) {
        return tape.scope("", () -> {
            Var seen = Reshape.apply(tape, mask, mask.dim(0), mask.dim(1), 1);
            return Binary.mul(tape, Binary.sub(tape, y, MatMul.apply(tape, shares, y)), seen);
        });
    }

    private static Var shares(Tape tape, Var mask) {
        return tape.scope("", () -> {
            Var one = tape.number(mask.dtype(), 1);
            Var others = Unary.relu(tape, Binary.sub(tape, Reduce.sum(tape, mask, 1, true), one));
            Var all = Binary.div(tape, mask, Binary.add(tape, others, one));
            return Reshape.apply(tape, all, mask.dim(0), 1, mask.dim(1));
        });
    }
}
