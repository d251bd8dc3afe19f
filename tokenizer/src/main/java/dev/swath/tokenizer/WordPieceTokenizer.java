package dev.swath.tokenizer;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;

/**
 * BERT's WordPiece tokenizer, byte-identical to the reference: lower case character by character, special tokens kept, CJK
 * ideographs and punctuation on their own, accents stripped, each as {@link WordPieceOptions} say, then the greedy longest
 * match. Each piece knows which chars of the input it came from. Immutable and thread-safe.
 */
public final class WordPieceTokenizer {
    /** Most chars of a text: many times what any network reads, and cut into pieces in no time. */
    public static final int MAX_CHARS = 10_000;

    private final Vocabulary vocabulary;
    private final WordPieceOptions options;

    /** Uncased, without text cleaning, as the published referring-segmentation pipelines run it. */
    public WordPieceTokenizer(Vocabulary vocabulary) {
        this(vocabulary, WordPieceOptions.REFERENCE);
    }

    /** Uncased, with text cleaning or without; see {@link WordPieceOptions#cleanText}. */
    public WordPieceTokenizer(Vocabulary vocabulary, boolean cleanText) {
        this(vocabulary, WordPieceOptions.REFERENCE.withCleanText(cleanText));
    }

    /** With these options. */
    public WordPieceTokenizer(Vocabulary vocabulary, WordPieceOptions options) {
        this.vocabulary = vocabulary;
        this.options = options;
    }

    /** How texts are prepared. */
    public WordPieceOptions options() {
        return options;
    }

    /** The vocabulary. */
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /**
     * The pieces of the text, without [CLS] and [SEP].
     *
     * @throws TokenizerException if the text has more than {@link #MAX_CHARS} chars
     */
    public List<Piece> tokenize(String text) {
        if (text.length() > MAX_CHARS) {
            throw new TokenizerException(
                    "[tokenizer] a text may have at most " + MAX_CHARS + " characters; got " + text.length());
        }
        List<Piece> out = new ArrayList<>();
        List<Literal> literals = literals(text);
        int from = 0;
        while (from < text.length()) {
            Literal next = null;
            for (Literal literal : literals) {
                literal.moveTo(text, from);
                if (literal.at >= 0 && (next == null || literal.isBefore(next))) {
                    next = literal;
                }
            }
            int at = next == null ? text.length() : next.at;
            plain(text, from, at, out);
            from = at;
            if (next != null) {
                from += next.piece.length();
                out.add(new Piece(vocabulary.id(next.piece), next.piece, at, from));
            }
        }
        return out;
    }

    /** Where a special token stands next in the text, so that the text is searched once for each. */
    private static final class Literal {
        private final String piece;
        private int at;

        Literal(String piece, int at) {
            this.piece = piece;
            this.at = at;
        }

        void moveTo(String text, int from) {
            if (at >= 0 && at < from) {
                at = text.indexOf(piece, from);
            }
        }

        /** The first in the text; of two at one place the longer. */
        boolean isBefore(Literal other) {
            return at < other.at || (at == other.at && piece.length() > other.piece.length());
        }
    }

    private List<Literal> literals(String text) {
        List<Literal> out = new ArrayList<>();
        for (String piece : options.literals()) {
            int at = piece.isEmpty() || vocabulary.id(piece) < 0 ? -1 : text.indexOf(piece);
            if (at >= 0) {
                out.add(new Literal(piece, at));
            }
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
                    ? vocabulary.id(vocabulary.special().begin())
                    : i == whole - 1
                            ? vocabulary.id(vocabulary.special().end())
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
            int c = text.codePointAt(i);
            int end = Math.min(to, i + Character.charCount(c));
            if (options.basic() && startsWord(text, from, i)) {
                int kept = kept(text, i, to);
                if (kept > i) {
                    flush(word, out);
                    keep(text, i, kept, out);
                    i = kept;
                    continue;
                }
            }
            if (isSpace(c) || (options.cleanText() && Character.getType(c) == Character.SPACE_SEPARATOR)) {
                if (!(options.cleanText() && isDropped(c))) {
                    flush(word, out);
                }
            } else if (!options.basic()) {
                word.add(new Unit(c, i, end));
            } else if (!(options.cleanText() && isDropped(c))) {
                if (options.splitIdeographs() && isIdeograph(c)) {
                    flush(word, out);
                    word.add(new Unit(c, i, end));
                    flush(word, out);
                } else if (options.lowerCase()) {
                    for (int lower : lower(c)) {
                        word.add(new Unit(lower, i, end));
                    }
                } else {
                    word.add(new Unit(c, i, end));
                }
            }
            i = end;
        }
        flush(word, out);
    }

    private boolean startsWord(String text, int from, int i) {
        return !options.neverSplit().isEmpty() && (i == from || isSpace(text.codePointBefore(i)));
    }

    /** Where the word that begins here ends, if it is one that is never split; else where it begins. */
    private int kept(String text, int from, int to) {
        int end = from;
        while (end < to && !isSpace(text.codePointAt(end))) {
            end += Character.charCount(text.codePointAt(end));
        }
        return end <= to && options.neverSplit().contains(text.substring(from, end)) ? end : from;
    }

    private void keep(String text, int from, int to, List<Piece> out) {
        List<Unit> word = new ArrayList<>();
        for (int i = from; i < to; i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            word.add(new Unit(c, i, i + Character.charCount(c)));
        }
        match(word, out);
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
        boolean strips = options.basic() && options.stripAccents();
        for (Unit u : strips ? decompose(word) : word) {
            if (!strips || Character.getType(u.codePoint) != Character.NON_SPACING_MARK) {
                bare.add(u);
            }
        }
        word.clear();
        if (!options.basic()) {
            match(bare, out);
            return;
        }
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

    /** Greedy longest match from the left; a word without one, or that is too long, is unknown as a whole. */
    private void match(List<Unit> word, List<Piece> out) {
        if (word.isEmpty()) {
            return;
        }
        int first = out.size();
        boolean known = word.size() <= options.longestWord();
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
            String unknown = vocabulary.special().unknown();
            out.add(new Piece(vocabulary.id(unknown), unknown, word.getFirst().start, word.getLast().end));
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

    private String spell(List<Unit> word, int from, int to) {
        StringBuilder s = new StringBuilder(from > 0 ? options.prefix() : "");
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
