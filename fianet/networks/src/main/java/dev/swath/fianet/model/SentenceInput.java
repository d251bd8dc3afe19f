package dev.swath.fianet.model;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Cast;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import java.util.List;

/**
 * Sentences where a pass runs, laid out for the S streams of a network: {@link ReferringNetwork#streams}. Nothing of them is
 * computed or uploaded inside a pass. {@link SentenceBatch#upload} makes them.
 *
 * @param ids (S B, N) WordPiece ids: those of the batch once for each stream, one behind the other
 * @param masks (S B, N), 1 for a piece that the row's stream sees, else 0
 * @param each the mask (B, N) of each stream
 */
public record SentenceInput(Tensor ids, Var masks, List<Var> each) {
    /** Copies. */
    public SentenceInput {
        each = List.copyOf(each);
    }

    /** The same with masks of another type, for a network whose parameters are of it. */
    public SentenceInput cast(Tape tape, DType type) {
        return new SentenceInput(
                ids,
                Cast.apply(tape, masks, type),
                each.stream().map(m -> Cast.apply(tape, m, type)).toList());
    }

    /** B, sentences. */
    public int batch() {
        return each.getFirst().dim(0);
    }

    /** (B, N), 1 for a piece that a stream sees. */
    public Var mask(int stream) {
        return each.get(stream);
    }
}
