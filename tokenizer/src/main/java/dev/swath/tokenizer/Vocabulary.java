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

/** The pieces that a model knows, by number. A file has one piece a line, UTF-8, its number the line's, from 0. */
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

    static final List<String> SPECIAL = List.of(PAD, UNKNOWN, CLS, SEP, MASK);

    private static final long MAX_FILE = 64L << 20;

    private final List<String> pieces;
    private final Map<String, Integer> ids;
    private final int longest;

    private Vocabulary(List<String> pieces, String source) {
        this.pieces = List.copyOf(pieces);
        this.ids = new HashMap<>(pieces.size() * 2);
        int most = 0;
        for (int i = 0; i < pieces.size(); i++) {
            // The reference lets the last of two equal lines win.
            ids.put(pieces.get(i), i);
            most = Math.max(most, pieces.get(i).length());
        }
        this.longest = most;
        for (String special : List.of(UNKNOWN, CLS, SEP)) {
            if (!ids.containsKey(special)) {
                throw new TokenizerException("[vocabulary] " + source + " must hold the piece " + special
                        + " on a line of its own; it has " + pieces.size() + " lines without it");
            }
        }
    }

    /** From pieces in order. */
    public static Vocabulary of(List<String> pieces) {
        return new Vocabulary(pieces, "the list");
    }

    /** From a {@code vocab.txt}. */
    public static Vocabulary load(Path file) {
        try {
            if (Files.size(file) > MAX_FILE) {
                throw new TokenizerException("[vocabulary] " + file + " has " + Files.size(file)
                        + " bytes, more than the " + MAX_FILE + " that any vocabulary needs");
            }
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
            return new Vocabulary(lines(text), file.toString());
        } catch (NoSuchFileException e) {
            throw new TokenizerException("[vocabulary] the file " + file + " does not exist");
        } catch (CharacterCodingException e) {
            throw new TokenizerException("[vocabulary] " + file + " is not UTF-8 text");
        } catch (IOException e) {
            throw new TokenizerException(
                    "[vocabulary] " + file + " cannot be read: " + e.getClass().getSimpleName() + " " + e.getMessage());
        }
    }

    /** Only the newline ends a line and only it is taken off. */
    private static List<String> lines(String text) {
        List<String> out = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int to = text.indexOf('\n', from);
            to = to < 0 ? text.length() : to;
            out.add(text.substring(from, to));
            from = to + 1;
        }
        return out;
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
