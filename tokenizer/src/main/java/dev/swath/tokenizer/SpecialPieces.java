package dev.swath.tokenizer;

import java.util.List;

/**
 * The names of the pieces that stand for no text.
 *
 * @param padding fills a sentence up
 * @param unknown stands for a word that has no pieces
 * @param begin begins a sentence
 * @param end ends a sentence
 * @param mask a hidden word
 */
public record SpecialPieces(String padding, String unknown, String begin, String end, String mask) {
    /** BERT's: [PAD], [UNK], [CLS], [SEP], [MASK]. */
    public static final SpecialPieces BERT =
            new SpecialPieces(Vocabulary.PAD, Vocabulary.UNKNOWN, Vocabulary.CLS, Vocabulary.SEP, Vocabulary.MASK);

    /** All of them. */
    List<String> all() {
        return List.of(padding, unknown, begin, end, mask);
    }
}
