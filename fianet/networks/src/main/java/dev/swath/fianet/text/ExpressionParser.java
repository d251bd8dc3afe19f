package dev.swath.fianet.text;

import dev.swath.tokenizer.Encoding;
import dev.swath.tokenizer.Piece;
import dev.swath.tokenizer.WordPieceTokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the context, object and position masks of a sentence. In {@link Mode#REFERENCE} they are those of the published
 * pipeline, its quirks included: class names are found inside longer words, a word's number is taken for a piece's, and a
 * second phrase with the same first word lands on the first. {@link Mode#ALIGNED} repairs all three. Thread-safe.
 */
public final class ExpressionParser {
    /** How masks are made. */
    public enum Mode {
        /** As the published checkpoints were trained. */
        REFERENCE,
        /** Each word at its own pieces. */
        ALIGNED
    }

    /** Most chars of a sentence; tagging more would take long, and no network reads that far. */
    public static final int MAX_CHARS = WordPieceTokenizer.MAX_CHARS;

    private final WordPieceTokenizer tokenizer;
    private final PosTagger tagger;
    private final DatasetVocabulary dataset;
    private final int length;
    private final Mode mode;

    /** A parser for one data set's classes and length. */
    public ExpressionParser(WordPieceTokenizer tokenizer, PosTagger tagger, DatasetVocabulary dataset, Mode mode) {
        this(tokenizer, tagger, dataset, dataset.length(), mode);
    }

    /** A parser for one data set's classes and another number of ids a sentence. */
    public ExpressionParser(
            WordPieceTokenizer tokenizer, PosTagger tagger, DatasetVocabulary dataset, int length, Mode mode) {
        this.tokenizer = tokenizer;
        this.tagger = tagger;
        this.dataset = dataset;
        this.length = length;
        this.mode = mode;
    }

    /** Parses a sentence, which must hold a word and have at most {@link #MAX_CHARS} chars. */
    public ParsedExpression parse(String sentence) {
        check(sentence);
        List<Word> words = WordTokenizer.words(sentence);
        return parse(sentence, words, tagger.tag(words.stream().map(Word::text).toList()));
    }

    /** Refuses what is no sentence that can be read: nothing but white space, or more than {@link #MAX_CHARS} chars. */
    public static void check(String sentence) {
        if (sentence.length() > MAX_CHARS) {
            throw new ExpressionException(
                    "[sentence] a sentence may have at most " + MAX_CHARS + " characters; got " + sentence.length());
        }
        if (Spaces.isBlank(sentence)) {
            throw new ExpressionException("[sentence] the sentence must hold at least one word; got only white space");
        }
    }

    /** The masks of words that are tagged already; the sentence may be empty. */
    ParsedExpression parse(String sentence, List<Word> words, List<String> tags) {
        Encoding encoding = tokenizer.encode(sentence, length);
        String plain = Spaces.plain(sentence);
        long[] object = new long[length];
        long[] position = new long[length];
        List<String> classes = new ArrayList<>();
        for (String name : dataset.names()) {
            boolean found = mode == Mode.REFERENCE
                    ? referenceObject(plain, words, name, object)
                    : alignedObject(plain, encoding, name, object);
            if (found) {
                classes.add(name);
            }
        }
        List<String> phrases = new ArrayList<>();
        for (Chunker.Chunk chunk : Chunker.chunks(tags)) {
            List<Word> members = words.subList(chunk.from(), chunk.to());
            String phrase = String.join(" ", members.stream().map(Word::text).toList());
            phrases.add(phrase);
            if (phrase.contains("of")
                    && (mode == Mode.REFERENCE || members.getFirst().text().equalsIgnoreCase("of"))) {
                continue;
            }
            if (mode == Mode.REFERENCE) {
                mark(position, firstEqual(words, members.getFirst().text()) + 1, members.size());
            } else {
                markChars(
                        position,
                        encoding,
                        members.getFirst().start(),
                        members.getLast().end());
            }
        }
        if (isZero(position)) {
            position = encoding.mask().clone();
        }
        return new ParsedExpression(sentence, words, tags, phrases, classes, encoding, object, position);
    }

    /** The name anywhere in the sentence marks as many places as it has words, from the first word that holds its first. */
    private static boolean referenceObject(String sentence, List<Word> words, String name, long[] mask) {
        if (!sentence.contains(name)) {
            return false;
        }
        String[] parts = name.split(" ");
        int at = 0;
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).text().contains(parts[0])) {
                at = i;
                break;
            }
        }
        mark(mask, at + 1, parts.length);
        return true;
    }

    /** Each occurrence of the name between word boundaries, plural or not, in any case, marks its own pieces. */
    private static boolean alignedObject(String sentence, Encoding encoding, String name, long[] mask) {
        String lower = lower(sentence);
        boolean found = false;
        for (int at = lower.indexOf(name); at >= 0; at = lower.indexOf(name, at + 1)) {
            int end = at + name.length();
            if (lower.startsWith("es", end) && isBoundary(lower, end + 2)) {
                end += 2;
            } else if (lower.startsWith("s", end) && isBoundary(lower, end + 1)) {
                end += 1;
            }
            if (isBoundary(lower, at) && isBoundary(lower, end)) {
                markChars(mask, encoding, at, end);
                found = true;
            }
        }
        return found;
    }

    /** In small letters, each char in its place, also where the small form of a letter has two. */
    private static String lower(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().map(Character::toLowerCase).forEach(out::appendCodePoint);
        return out.length() == text.length() ? out.toString() : text;
    }

    private static boolean isBoundary(String s, int at) {
        return at == 0 || at >= s.length() || !isWordPart(s.codePointAt(at)) || !isWordPart(s.codePointBefore(at));
    }

    /** Letters and digits, and the marks that stand over or under them. */
    private static boolean isWordPart(int c) {
        return Character.isLetterOrDigit(c)
                || switch (Character.getType(c)) {
                    case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK -> true;
                    default -> false;
                };
    }

    private static int firstEqual(List<Word> words, String text) {
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).text().equals(text)) {
                return i;
            }
        }
        throw new IllegalStateException("a phrase begins with a word of the sentence");
    }

    /** The published code lengthens its list past the end; here it is clipped. */
    private static void mark(long[] mask, int from, int count) {
        for (int i = from; i < Math.min(mask.length, from + count); i++) {
            mask[i] = 1;
        }
    }

    private static void markChars(long[] mask, Encoding encoding, int start, int end) {
        List<Piece> pieces = encoding.pieces();
        for (int i = 0; i < Math.min(pieces.size(), mask.length - 1); i++) {
            if (pieces.get(i).start() < end && pieces.get(i).end() > start) {
                mask[i + 1] = 1;
            }
        }
    }

    private static boolean isZero(long[] mask) {
        for (long m : mask) {
            if (m != 0) {
                return false;
            }
        }
        return true;
    }
}
