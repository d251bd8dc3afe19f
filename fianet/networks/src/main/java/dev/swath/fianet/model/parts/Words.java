package dev.swath.fianet.model.parts;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Reduce;
import dev.swath.autograd.ops.Reshape;
import dev.swath.autograd.ops.Unary;

/**
 * One encoding of the sentence.
 *
 * @param features (B, N, D)
 * @param mask (B, N), 1 for a word that this branch sees
 */
public record Words(Var features, Var mask) {
    /** The mean of the words that it sees, (B, D); 0 if there is none. */
    public Var mean(Tape tape) {
        return tape.scope("", () -> {
            Var seen = Reshape.apply(tape, mask, mask.dim(0), mask.dim(1), 1);
            Var sum = Reduce.sum(tape, Binary.mul(tape, features, seen), 1, false);
            Var one = tape.number(mask.dtype(), 1);
            Var others = Unary.relu(tape, Binary.sub(tape, Reduce.sum(tape, mask, 1, true), one));
            return Binary.div(tape, sum, Binary.add(tape, others, one));
        });
    }
}
