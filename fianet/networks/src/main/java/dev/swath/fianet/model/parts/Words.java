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
import org.jspecify.annotations.Nullable;

/**
 * One encoding of the sentence.
 *
 * @param features (B, N, D)
 * @param mask (B, N), 1 for a word that this branch sees
 * @param differences where the features were rounded, what sets them apart; or null
 */
public record Words(Var features, Var mask, @Nullable Differences differences) {
    /** As they are. */
    public Words(Var features, Var mask) {
        this(features, mask, null);
    }

    /**
     * What sets the words of a sentence apart, worked out before it was rounded: it is small beside what all of them have in common, and
     * of that alone little would be left.
     *
     * @param features (B, N, D), of each word seen less the mean of those seen; 0 for the others
     * @param shares (B, 1, N), the mask divided by the number of words seen
     */
    public record Differences(Var features, Var shares) {
        private static Differences of(Tape tape, Words words) {
            Var mask = words.mask;
            Var shares = tape.scope("", () -> {
                Var all = Binary.div(tape, mask, seen(tape, mask));
                return Reshape.apply(tape, all, mask.dim(0), 1, mask.dim(1));
            });
            return new Differences(apart(tape, words.features, mask, shares), shares);
        }

        /** What sets y (B, N, C) of each word that the mask (B, N) sees apart from the mean of those seen; 0 for the others. */
        Var apart(Tape tape, Var y, Var mask) {
            return apart(tape, y, mask, shares);
        }

        private static Var apart(Tape tape, Var y, Var mask, Var shares) {
            return tape.scope("", () -> {
                Var visible = Reshape.apply(tape, mask, mask.dim(0), mask.dim(1), 1);
                return Binary.mul(tape, Binary.sub(tape, y, MatMul.apply(tape, shares, y)), visible);
            });
        }

        private Differences cast(Tape tape, DType type) {
            return new Differences(Cast.apply(tape, features, type), Cast.apply(tape, shares, type));
        }

        private Differences sentences(Tape tape, int first, int end) {
            return new Differences(
                    Narrow.apply(tape, features, 0, first, end), Narrow.apply(tape, shares, 0, first, end));
        }
    }

    /** In the type of a pass's activations, with their differences if that has fewer bits. */
    public Words rounded(Tape tape, DType type) {
        if (type == features.dtype()) {
            return this;
        }
        return new Words(
                Cast.apply(tape, features, type),
                Cast.apply(tape, mask, type),
                Differences.of(tape, this).cast(tape, type));
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
                differences == null ? null : differences.sentences(tape, first, end));
    }

    /** The mean of the words that it sees, (B, D); 0 if there is none. */
    public Var mean(Tape tape) {
        return tape.scope("", () -> {
            Var visible = Reshape.apply(tape, mask, mask.dim(0), mask.dim(1), 1);
            Var sum = Reduce.sum(tape, Binary.mul(tape, features, visible), 1, false);
            return Binary.div(tape, sum, seen(tape, mask));
        });
    }

    /** How many words are seen, (B, 1), at least 1. */
    private static Var seen(Tape tape, Var mask) {
        Var one = tape.number(mask.dtype(), 1);
        Var others = Unary.relu(tape, Binary.sub(tape, Reduce.sum(tape, mask, 1, true), one));
        return Binary.add(tape, others, one);
    }
}
