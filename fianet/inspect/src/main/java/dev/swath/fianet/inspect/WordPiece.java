package dev.swath.fianet.inspect;

/**
 * One of the N pieces that the network reads.
 *
 * @param position from 0
 * @param text as it stands in the vocabulary; {@code #7} for piece 7 where the model has no vocabulary
 * @param id its number in the vocabulary
 * @param kind what it is
 * @param object whether it belongs to the phrase that names the object
 * @param location whether it belongs to the phrases that say where the object is
 * @param start first char of the sentence it came from, or -1
 * @param end char behind it, or -1
 */
public record WordPiece(
        int position, String text, long id, Kind kind, boolean object, boolean location, int start, int end) {
    /** What stands at a place of the sentence. */
    public enum Kind {
        /** [CLS], before the sentence. */
        CLS,
        /** A piece of the sentence. */
        WORD,
        /** [SEP], behind it. */
        SEP,
        /** Padding, which attention does not see. */
        PADDING
    }
}
