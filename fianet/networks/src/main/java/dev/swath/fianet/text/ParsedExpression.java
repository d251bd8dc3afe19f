package dev.swath.fianet.text;

import dev.swath.tokenizer.Encoding;
import dev.swath.tokenizer.Piece;
import dev.swath.tokenizer.Vocabulary;
import java.util.List;
import java.util.Set;

/**
 * A sentence as the network takes it, with everything that was found on the way.
 *
 * @param sentence the sentence
 * @param words its words
 * @param tags a Penn tag for each word
 * @param phrases the phrases that say where something is, "of" phrases included
 * @param classes the class names that were found
 * @param encoding ids and context mask
 * @param objectMask 1 at the positions of the object's words
 * @param positionMask 1 at the positions of the phrases, or the context mask if there is none
 */
public record ParsedExpression(
        String sentence,
        List<Word> words,
        List<String> tags,
        List<String> phrases,
        List<String> classes,
        Encoding encoding,
        long[] objectMask,
        long[] positionMask) {
    private static final Set<String> SPECIAL =
            Set.of(Vocabulary.PAD, Vocabulary.UNKNOWN, Vocabulary.CLS, Vocabulary.SEP, Vocabulary.MASK);

    /** Copies the lists. */
    public ParsedExpression {
        words = List.copyOf(words);
        tags = List.copyOf(tags);
        phrases = List.copyOf(phrases);
        classes = List.copyOf(classes);
    }

    /**
     * Whether no word of the sentence is known to the vocabulary: but for punctuation, every piece is [UNK] or another
     * special token. Such a sentence says nothing to a network.
     */
    public boolean knowsNoWord() {
        return encoding.pieces().stream()
                .map(Piece::text)
                .allMatch(p -> SPECIAL.contains(p) || p.codePoints().noneMatch(Character::isLetterOrDigit));
    }
}
