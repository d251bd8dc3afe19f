package dev.swath.tokenizer;

import java.util.Set;

/**
 * How a text is prepared before it is cut into pieces.
 *
 * @param cleanText whether control characters are dropped and separators become spaces, as canonical BERT does; it matters only
 *     for control, format, private-use and unassigned characters
 * @param lowerCase whether letters are made small
 * @param stripAccents whether accents are taken off
 * @param splitIdeographs whether CJK ideographs are words of their own
 * @param basic whether words are cut at punctuation and prepared at all; without, they are the text between white space as it is
 * @param neverSplit words, between white space, that are left as they are
 * @param literals pieces that are found in the text as they are written, before all else, such as [MASK]
 * @param prefix what pieces begin with that go on a word
 * @param longestWord characters of a word above which it is unknown
 */
public record WordPieceOptions(
        boolean cleanText,
        boolean lowerCase,
        boolean stripAccents,
        boolean splitIdeographs,
        boolean basic,
        Set<String> neverSplit,
        Set<String> literals,
        String prefix,
        int longestWord) {
    /** As the published referring-segmentation pipelines run it: uncased, without text cleaning. */
    public static final WordPieceOptions REFERENCE = new WordPieceOptions(
            false, true, true, true, true, Set.of(), Set.copyOf(SpecialPieces.BERT.all()), "##", 100);

    /** Canonical uncased BERT. */
    public static final WordPieceOptions UNCASED = REFERENCE.withCleanText(true);

    /** Copies and checks. */
    public WordPieceOptions {
        neverSplit = Set.copyOf(neverSplit);
        literals = Set.copyOf(literals);
        if (longestWord < 1) {
            throw new TokenizerException(
                    "[tokenizer] the longest word must have at least 1 character; got " + longestWord);
        }
    }

    /** With or without text cleaning. */
    public WordPieceOptions withCleanText(boolean clean) {
        return new WordPieceOptions(
                clean, lowerCase, stripAccents, splitIdeographs, basic, neverSplit, literals, prefix, longestWord);
    }
}
