package dev.swath.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WordPieceTokenizerTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/text_wordpiece");
    private static final WordPieceTokenizer TOKENIZER =
            new WordPieceTokenizer(Vocabulary.load(GOLDEN.resolve("vocab.txt")));

    static Stream<String> rows() throws IOException {
        return Files.readAllLines(GOLDEN.resolve("rows.txt")).stream();
    }

    private static String unescape(String json) {
        StringBuilder out = new StringBuilder();
        for (int i = 1; i < json.length() - 1; i++) {
            char c = json.charAt(i);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            c = json.charAt(++i);
            switch (c) {
                case 'n' -> out.append('\n');
                case 't' -> out.append('\t');
                case 'r' -> out.append('\r');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'u' -> {
                    out.append((char) Integer.parseInt(json.substring(i + 1, i + 5), 16));
                    i += 4;
                }
                default -> out.append(c);
            }
        }
        return out.toString();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void idsEqualTheReference(String row) {
        String text = unescape(row.substring(0, row.indexOf('\t')));
        long[] want = Stream.of(row.substring(row.indexOf('\t') + 1).split(" "))
                .mapToLong(Long::parseLong)
                .toArray();
        Encoding e = TOKENIZER.encode(text, Math.max(2, want.length));
        assertArrayEquals(want, e.ids());
        assertFalse(e.truncated());
        for (Piece p : e.pieces()) {
            assertTrue(p.start() >= 0 && p.start() < p.end() && p.end() <= text.length(), p.toString());
        }
    }

    @Test
    void offsetsPointAtTheSource() {
        String text = "The Café, light-duty";
        for (Piece p : TOKENIZER.tokenize(text)) {
            if (p.text().equals("cafe")) {
                assertEquals("Café", text.substring(p.start(), p.end()));
                return;
            }
        }
        throw new AssertionError("cafe was not found");
    }

    @Test
    void resultsDoNotDependOnTheLocale() {
        Locale before = Locale.getDefault();
        try {
            long[] want = TOKENIZER.encode("BIKEWAY IN THE MIDDLE", 12).ids();
            Locale.setDefault(Locale.forLanguageTag("tr"));
            assertArrayEquals(
                    want, TOKENIZER.encode("BIKEWAY IN THE MIDDLE", 12).ids());
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void longSentencesAreCutAndSaySo() {
        Encoding e = TOKENIZER.encode("road ".repeat(2000), 20);
        assertTrue(e.truncated());
        assertEquals(20, LongStream.of(e.mask()).sum());
        assertEquals(2000, e.pieces().size());
        assertEquals(
                Vocabulary.UNKNOWN,
                TOKENIZER.tokenize("a".repeat(10_000)).getFirst().text());
    }

    @Test
    void textsHaveALongestLength() {
        for (String text : List.of("road ".repeat(2000) + "s", "[CLS]".repeat(20_000), "\u00e9".repeat(100_000))) {
            String said = "[tokenizer] a text may have at most 10000 characters; got " + text.length();
            assertEquals(
                    said,
                    assertThrows(TokenizerException.class, () -> TOKENIZER.tokenize(text))
                            .getMessage());
            assertEquals(
                    said,
                    assertThrows(TokenizerException.class, () -> TOKENIZER.encode(text, 20))
                            .getMessage());
        }
    }

    @Test
    void cleaningDropsControlCharacters() {
        WordPieceTokenizer cleaning = new WordPieceTokenizer(TOKENIZER.vocabulary(), true);
        assertEquals(
                List.of("road"),
                cleaning.tokenize("ro\u00ADad").stream().map(Piece::text).toList());
    }

    @Test
    void badVocabulariesAreNamed(@TempDir Path folder) throws IOException {
        Path empty = Files.createFile(folder.resolve("vocab.txt"));
        assertTrue(assertThrows(TokenizerException.class, () -> Vocabulary.load(empty))
                .getMessage()
                .contains("[UNK]"));
        Path binary = Files.write(folder.resolve("binary.txt"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertTrue(assertThrows(TokenizerException.class, () -> Vocabulary.load(binary))
                .getMessage()
                .contains("UTF-8"));
        Path missing = folder.resolve("none.txt");
        assertTrue(assertThrows(TokenizerException.class, () -> Vocabulary.load(missing))
                .getMessage()
                .contains("does not exist"));
    }
}
