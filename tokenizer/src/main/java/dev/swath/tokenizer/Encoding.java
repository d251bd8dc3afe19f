package dev.swath.tokenizer;

import java.util.List;

/**
 * A sentence as a model takes it: [CLS], pieces, [SEP], cut and padded to a fixed length.
 *
 * @param ids piece numbers, padded with 0
 * @param mask 1 for each kept id, 0 for padding
 * @param pieces all pieces of the sentence, without [CLS] and [SEP], before cutting; piece i stands at position i + 1
 * @param truncated whether ids were cut off
 */
public record Encoding(long[] ids, long[] mask, List<Piece> pieces, boolean truncated) {
    /** Copies. */
    public Encoding {
        pieces = List.copyOf(pieces);
    }
}
