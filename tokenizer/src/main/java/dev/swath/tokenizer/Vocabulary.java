package dev.swath.tokenizer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The pieces that a model knows, by number. A file has one piece a line, UTF-8, its number the line's, from 0; a line ends with
 * LF, CRLF or CR, as Python's text mode reads it, and empty lines at the end are none.
 */
public final class Vocabulary {
    /** Padding. */
    public static final String PAD = "[PAD]";
    /** An unknown word. */
    public static final String UNKNOWN = "[UNK]";
    /** Begins a sentence. */
    public static final String CLS = "[CLS]";
    /** Ends a sentence. */
    public static final String SEP = "[SEP]";
    /** A hidden word. */
    public static final String MASK = "[MASK]";

    private static final long MAX_FILE = 64L << 20;

    private final List<String> pieces;
    private final Map<String, Integer> ids;
    private final SpecialPieces special;
    private final int longest;

    private Vocabulary(List<String> pieces, SpecialPieces special, String source) {
        this.pieces = List.copyOf(pieces);
        this.special = special;
        this.ids = new HashMap<>(pieces.size() * 2);
        int most = 0;
        for (int i = 0; i < pieces.size(); i++) {
            // The reference lets the last of two equal lines win.
            ids.put(pieces.get(i), i);
            most = Math.max(most, pieces.get(i).length());
        }
        this.longest = most;
        for (String needed : List.of(special.unknown(), special.begin(), special.end())) {
            if (!ids.containsKey(needed)) {
                throw new TokenizerException(
                        "[vocabulary] " + source + " must hold the piece " + needed + " on a line of its own; it has "
                                + pieces.size() + (pieces.size() == 1 ? " line" : " lines") + " without it");
            }
        }
    }

    /** From pieces in order. */
    public static Vocabulary of(List<String> pieces) {
        return new Vocabulary(pieces, SpecialPieces.BERT, "the list");
    }

    /** From pieces in order, whose special ones have these names; {@code source} names them in errors. */
    public static Vocabulary of(List<String> pieces, SpecialPieces special, String source) {
        return new Vocabulary(pieces, special, source);
    }

    /** From a {@code vocab.txt}. */
    public static Vocabulary load(Path file) {
        return load(file, SpecialPieces.BERT);
    }

    /** From a {@code vocab.txt} whose special pieces have these names. */
    public static Vocabulary load(Path file, SpecialPieces special) {
        return new Vocabulary(lines(file), special, file.toString());
    }

    /** The pieces in a {@code vocab.txt}, in order. */
    public static List<String> lines(Path file) {
        try {
            if (Files.size(file) > MAX_FILE) {
                throw new TokenizerException("[vocabulary] " + file + " has " + Files.size(file)
                        + " bytes, more than the " + MAX_FILE + " that any vocabulary needs");
            }
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
            return lines(text);
        } catch (NoSuchFileException e) {
            throw new TokenizerException("[vocabulary] the file " + file + " does not exist");
        } catch (CharacterCodingException e) {
            throw new TokenizerException("[vocabulary] " + file + " is not UTF-8 text");
        } catch (IOException e) {
            throw new TokenizerException("[vocabulary] " + file
                    + (Files.isDirectory(file) ? " is a folder, not a file" : " cannot be opened to be read"));
        }
    }

    private static List<String> lines(String text) {
        List<String> out = new ArrayList<>();
        int from = text.startsWith("\ufeff") ? 1 : 0; // a byte order mark, which some editors put in
        while (from < text.length()) {
            int to = from;
            while (to < text.length() && text.charAt(to) != '\n' && text.charAt(to) != '\r') {
                to++;
            }
            out.add(text.substring(from, to));
            from = text.startsWith("\r\n", to) ? to + 2 : to + 1;
        }
        while (!out.isEmpty() && out.getLast().isEmpty()) {
            out.removeLast();
        }
        return out;
    }

    /** The names of the special pieces. */
    public SpecialPieces special() {
        return special;
    }

    /** Number of pieces. */
    public int size() {
        return pieces.size();
    }

    /** The piece of that number. */
    public String piece(int id) {
        if (id < 0 || id >= pieces.size()) {
            throw new TokenizerException("[vocabulary] an id must lie in [0, " + pieces.size() + "); got " + id);
        }
        return pieces.get(id);
    }

    /** The number of a piece, or -1. */
    public int id(String piece) {
        return ids.getOrDefault(piece, -1);
    }

    /** Length in chars of the longest piece. */
    int longest() {
        return longest;
    }
}
