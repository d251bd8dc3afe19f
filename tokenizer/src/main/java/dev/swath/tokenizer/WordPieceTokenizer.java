package dev.swath.tokenizer;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;

/**
 * BERT's uncased WordPiece tokenizer, byte-identical to the reference: lower case character by character, special tokens
 * kept, CJK ideographs and punctuation on their own, accents stripped, then the greedy longest match. Each piece knows
 * which chars of the input it came from. Immutable and thread-safe.
 */
public final class WordPieceTokenizer {
    private static final int MAX_WORD = 100;

    private final Vocabulary vocabulary;
    private final boolean cleanText;

    /** Without text cleaning, as the published referring-segmentation pipelines run it. */
    public WordPieceTokenizer(Vocabulary vocabulary) {
        this(vocabulary, false);
    }

    /**
     * @param cleanText whether control characters are dropped and separators become spaces, as canonical BERT does; it
     *     matters only for control, format, private-use and unassigned characters
     */
    public WordPieceTokenizer(Vocabulary vocabulary, boolean cleanText) {
        this.vocabulary = vocabulary;
        this.cleanText = cleanText;
    }

    /** The vocabulary. */
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /** The pieces of the text, without [CLS] and [SEP]. */
    public List<Piece> tokenize(String text) {
        List<Piece> out = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int at = text.length();
            String found = "";
            for (String special : Vocabulary.SPECIAL) {
                int i = text.indexOf(special, from);
                if (i >= 0 && i < at && vocabulary.id(special) >= 0) {
                    at = i;
                    found = special;
                }
            }
            plain(text, from, at, out);
            if (!found.isEmpty()) {
                out.add(new Piece(vocabulary.id(found), found, at, at + found.length()));
            }
            from = at + found.length();
        }
        return out;
    }

    /** The text as {@code length} ids: [CLS], pieces, [SEP], cut off at the end (the [SEP] too) or padded with 0. */
    public Encoding encode(String text, int length) {
        if (length < 2) {
            throw new TokenizerException(
                    "[tokenizer] the length must be at least 2, for [CLS] and [SEP]; got " + length);
        }
        List<Piece> pieces = tokenize(text);
        long[] ids = new long[length];
        long[] mask = new long[length];
        int whole = pieces.size() + 2;
        for (int i = 0; i < Math.min(length, whole); i++) {
            ids[i] = i == 0
                    ? vocabulary.id(Vocabulary.CLS)
                    : i == whole - 1
                            ? vocabulary.id(Vocabulary.SEP)
                            : pieces.get(i - 1).id();
            mask[i] = 1;
        }
        return new Encoding(ids, mask, pieces, whole > length);
    }

    /** One code point of a word with the place it came from. */
    private record Unit(int codePoint, int start, int end) {}

    /** Text between special tokens: words at whitespace, each on its own. */
    private void plain(String text, int from, int to, List<Piece> out) {
        List<Unit> word = new ArrayList<>();
        for (int i = from; i < to; ) {
            int original = text.codePointAt(i);
            int end = Math.min(to, i + Character.charCount(original));
            int c = original;
            if (cleanText && isDropped(c)) {
                i = end;
                continue;
            }
            if (isSpace(c) || (cleanText && Character.getType(c) == Character.SPACE_SEPARATOR)) {
                flush(word, out);
            } else if (isIdeograph(c)) {
                flush(word, out);
                word.add(new Unit(c, i, end));
                flush(word, out);
            } else {
                for (int lower : lower(c)) {
                    word.add(new Unit(lower, i, end));
                }
            }
            i = end;
        }
        flush(word, out);
    }

    /** Lower case of one character alone: no context rule, no locale. U+0130 becomes two characters. */
    private static int[] lower(int c) {
        return c == 0x130 ? new int[] {'i', 0x307} : new int[] {Character.toLowerCase(c)};
    }

    /** Decomposes, strips accents, splits off punctuation, and matches what is left. */
    private void flush(List<Unit> word, List<Piece> out) {
        if (word.isEmpty()) {
            return;
        }
        List<Unit> bare = new ArrayList<>();
        for (Unit u : decompose(word)) {
            if (Character.getType(u.codePoint) != Character.NON_SPACING_MARK) {
                bare.add(u);
            }
        }
        word.clear();
        int start = 0;
        for (int i = 0; i <= bare.size(); i++) {
            boolean ends = i == bare.size() || isPunctuation(bare.get(i).codePoint) || isSpace(bare.get(i).codePoint);
            if (ends) {
                match(bare.subList(start, i), out);
                if (i < bare.size() && !isSpace(bare.get(i).codePoint)) {
                    match(bare.subList(i, i + 1), out);
                }
                start = i + 1;
            }
        }
    }

    /**
     * Canonical decomposition (NFD). Decomposing character by character and then ordering runs of marks would repeat the
     * normalizer; marks are dropped anyway, so only what stays needs its place, and that keeps its order.
     */
    private static List<Unit> decompose(List<Unit> word) {
        List<Unit> out = new ArrayList<>(word.size());
        for (Unit u : word) {
            if (u.codePoint < 0x80) {
                out.add(u);
            } else {
                String nfd = Character.isBmpCodePoint(u.codePoint) && Character.isSurrogate((char) u.codePoint)
                        ? String.valueOf((char) u.codePoint)
                        : Normalizer.normalize(Character.toString(u.codePoint), Normalizer.Form.NFD);
                nfd.codePoints().forEach(c -> out.add(new Unit(c, u.start, u.end)));
            }
        }
        return out;
    }

    /** Greedy longest match from the left; a word without one, or of more than 100 characters, is unknown as a whole. */
    private void match(List<Unit> word, List<Piece> out) {
        if (word.isEmpty()) {
            return;
        }
        int first = out.size();
        boolean known = word.size() <= MAX_WORD;
        for (int from = 0; known && from < word.size(); ) {
            int to = longest(word, from);
            if (to == from) {
                known = false;
            } else {
                String piece = spell(word, from, to);
                out.add(new Piece(vocabulary.id(piece), piece, word.get(from).start, word.get(to - 1).end));
                from = to;
            }
        }
        if (!known) {
            out.subList(first, out.size()).clear();
            out.add(new Piece(
                    vocabulary.id(Vocabulary.UNKNOWN), Vocabulary.UNKNOWN, word.getFirst().start, word.getLast().end));
        }
    }

    private int longest(List<Unit> word, int from) {
        for (int to = Math.min(word.size(), from + vocabulary.longest()); to > from; to--) {
            if (vocabulary.id(spell(word, from, to)) >= 0) {
                return to;
            }
        }
        return from;
    }

    private static String spell(List<Unit> word, int from, int to) {
        StringBuilder s = new StringBuilder(from > 0 ? "##" : "");
        for (int i = from; i < to; i++) {
            s.appendCodePoint(word.get(i).codePoint);
        }
        return s.toString();
    }

    private static boolean isDropped(int c) {
        if (c == '\t' || c == '\n' || c == '\r') {
            return false;
        }
        int type = Character.getType(c);
        return c == 0
                || c == 0xFFFD
                || type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.PRIVATE_USE
                || type == Character.SURROGATE
                || type == Character.UNASSIGNED;
    }

    /** What Python's {@code str.split} splits at. */
    private static boolean isSpace(int c) {
        return (c >= 9 && c <= 13)
                || (c >= 0x1C && c <= 0x20)
                || c == 0x85
                || c == 0xA0
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200A)
                || c == 0x2028
                || c == 0x2029
                || c == 0x202F
                || c == 0x205F
                || c == 0x3000;
    }

    private static boolean isIdeograph(int c) {
        return (c >= 0x4E00 && c <= 0x9FFF)
                || (c >= 0x3400 && c <= 0x4DBF)
                || (c >= 0x20000 && c <= 0x2A6DF)
                || (c >= 0x2A700 && c <= 0x2B73F)
                || (c >= 0x2B740 && c <= 0x2B81F)
                || (c >= 0x2B820 && c <= 0x2CEAF)
                || (c >= 0xF900 && c <= 0xFAFF)
                || (c >= 0x2F800 && c <= 0x2FA1F);
    }

    private static boolean isPunctuation(int c) {
        if ((c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) || (c >= 123 && c <= 126)) {
            return true;
        }
        return switch (Character.getType(c)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> false;
        };
    }
}
