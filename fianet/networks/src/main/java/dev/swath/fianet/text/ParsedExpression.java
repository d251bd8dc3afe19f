package dev.swath.fianet.text;

import dev.swath.tokenizer.Encoding;
import java.util.List;

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
    /** Copies the lists. */
    public ParsedExpression {
        words = List.copyOf(words);
        tags = List.copyOf(tags);
        phrases = List.copyOf(phrases);
        classes = List.copyOf(classes);
    }
}
