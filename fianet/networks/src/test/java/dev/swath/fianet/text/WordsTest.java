package dev.swath.fianet.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.tokenizer.Vocabulary;
import dev.swath.tokenizer.WordPieceTokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where words and sentences end, by the rules of NLTK 3.8, with the spaces and letters of Unicode. */
class WordsTest {
    private static final WordPieceTokenizer TOKENIZER = new WordPieceTokenizer(Vocabulary.of(List.of(
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "ship", "on", "left", "golf", "field", ".", "dam")));

    private static String words(String text) {
        return String.join(
                " / ", WordTokenizer.words(text).stream().map(Word::text).toList());
    }

    private static ParsedExpression parse(String text, ExpressionParser.Mode mode) {
        PosTagger tagger = words -> words.stream()
                .map(w -> switch (w) {
                    case "on" -> "IN";
                    case "the" -> "DT";
                    default -> "NN";
                })
                .toList();
        return new ExpressionParser(TOKENIZER, tagger, DatasetVocabulary.RRSISD, mode).parse(text);
    }

    /** Letters and digits beyond the first 65536 characters; a ship among them is no letter. */
    @Test
    void anyLetterIsALetter() {
        for (String letter : List.of("\u00e9", "\u5b57", "\ud835\udc9c", "\ud801\udc37", "\ud835\udfd8")) {
            assertEquals(letter + "gonna / on / the / left", words(letter + "gonna on the left"));
            assertEquals("the / ' / " + letter + " / ' / mark", words("the '" + letter + "' mark"));
            assertEquals(letter + "cannot / cannot" + letter, words(letter + "cannot cannot" + letter));
        }
        assertEquals("\ud83d\udea2 / gon / na / go", words("\ud83d\udea2gonna go"));
    }

    /** Every white space of Python, and what looks like it and is none. */
    @Test
    void anyWhiteSpaceIsASpace() {
        String spaces = "\t\n\u000B\f\r\u001C\u001D\u001E\u001F\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005"
                + "\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000";
        for (ExpressionParser.Mode mode : ExpressionParser.Mode.values()) {
            ParsedExpression plain = parse("golf field on the left", mode);
            assertEquals(List.of("on the left"), plain.phrases());
            assertEquals(List.of("golf field"), plain.classes());
            for (char space : spaces.toCharArray()) {
                ParsedExpression p = parse("golf field on the left".replace(' ', space), mode);
                String which = "U+" + Integer.toHexString(space);
                assertEquals(plain.words(), p.words(), which);
                assertEquals(plain.phrases(), p.phrases(), which);
                assertEquals(plain.classes(), p.classes(), which);
                assertArrayEquals(plain.encoding().ids(), p.encoding().ids(), which);
                assertArrayEquals(plain.objectMask(), p.objectMask(), which);
                assertArrayEquals(plain.positionMask(), p.positionMask(), which);
                assertThrows(
                        ExpressionException.class,
                        () -> parse(String.valueOf(space).repeat(3), mode),
                        which);
            }
        }
        for (char none : "\u200B\u180E\uFEFF\u00AD\u2060".toCharArray()) {
            assertEquals(1, WordTokenizer.words("ship" + none + "yard").size(), "U+" + Integer.toHexString(none));
        }
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            delimiter = ';',
            value = {
                "\u00E9gonna on the left; \u00E9gonna / on / the / left",
                "the '\u00E9' mark; the / ' / \u00E9 / ' / mark",
                "the 'e' mark; the / ' / e / ' / mark",
                "'\u00E9tage; '\u00E9tage",
                "\u00F1cannot; \u00F1cannot",
                "cannot; can / not",
                "gonna, wanna go, wanna-be; gon / na / , / wan / na / go / , / wanna-be",
                "a 1\u0663,\u0664 b; a / 1\u0663,\u0664 / b",
                "it's; it / 's",
            })
    void lettersAndDigitsBeyondAsciiCount(String text, String wanted) {
        assertEquals(wanted, words(text));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            delimiter = ';',
            value = {
                "the ship. the harbor on the left.; the / ship / . / the / harbor / on / the / left / .",
                "the ship! the car? a van; the / ship / ! / the / car / ? / a / van",
                "a car in Calif. in the middle. it is red; a / car / in / Calif. / in / the / middle / . / it / is / red",
                "a car approx. in the middle; a / car / approx / . / in / the / middle",
                "No. 5 hangar; No / . / 5 / hangar",
                "gate C. 5 and gate B. 5; gate / C. / 5 / and / gate / B / . / 5",
                "a U.S. ship and a U.A.E. ship; a / U.S. / ship / and / a / U.A.E / . / ship",
                "St. Louis airport vs. the dam.; St. / Louis / airport / vs. / the / dam / .",
                "terminal A. on the left; terminal / A. / on / the / left",
                "e.g. ships etc. The dam; e.g / . / ships / etc / . / The / dam",
                "3. the ship; 3. / the / ship",
                "ship 3. The dam; ship / 3 / . / The / dam",
                "(the ship.) the dam; ( / the / ship / . / ) / the / dam",
                "the \"ship.\" the dam; the / `` / ship / . / '' / the / dam",
                "ship... the dam; ship / ... / the / dam",
                "1.5 m from the dam. left; 1.5 / m / from / the / dam / . / left",
                "ship.the dam; ship.the / dam",
            })
    void sentencesEndWherePunktEndsThem(String text, String wanted) {
        assertEquals(wanted, words(text));
    }

    @Test
    void wordsKnowTheirPlaces() {
        String text = "the\u00A0ship. \"A\" dam.";
        for (Word word : WordTokenizer.words(text)) {
            String there = text.substring(word.start(), word.end());
            assertEquals(there.equals("\"") ? there : word.text(), there);
        }
        assertEquals(8, WordTokenizer.words(text).size());
    }

    /** The small form of some letters has two chars, and some letters have two chars of their own. */
    @Test
    void alignedModeFindsClassesBesideAnyLetter() {
        assertEquals(
                List.of("dam"),
                parse("\u0130 dam", ExpressionParser.Mode.ALIGNED).classes());
        for (String no : List.of("\uD835\uDC00dam", "dam\uD835\uDC00", "\u00E9dam", "dam\u0301")) {
            assertEquals(List.of(), parse(no, ExpressionParser.Mode.ALIGNED).classes(), no);
        }
    }

    @Test
    void aSentenceHasAStatedLength() {
        String most = "x".repeat(ExpressionParser.MAX_CHARS);
        assertEquals(1, parse(most, ExpressionParser.Mode.REFERENCE).words().size());
        ExpressionException e =
                assertThrows(ExpressionException.class, () -> parse(most + "x", ExpressionParser.Mode.REFERENCE));
        assertEquals("[sentence] a sentence may have at most 10000 characters; got 10001", e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u673A\u573A\u7684\u98DE\u673A", "quay .", "[UNK]", "[CLS] [SEP]", "!"})
    void noKnownWord(String text) {
        assertTrue(parse(text, ExpressionParser.Mode.REFERENCE).knowsNoWord());
        assertFalse(parse(text + " ship", ExpressionParser.Mode.REFERENCE).knowsNoWord());
    }

    @Test
    void textFilesAreReadOrRefusedInASentence(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("t.txt");
        Files.writeString(file, "\uFEFF\u00E9");
        assertEquals("\u00E9", TextFile.read(file, "text", 10));
        refused(file, 4, "t.txt: a file may have at most 4 bytes");
        refused(folder, 10, "this is a folder");
        refused(folder.resolve("none"), 10, "none: the file does not exist");
        Files.write(file, "\u00E9".getBytes(StandardCharsets.ISO_8859_1));
        refused(file, 10, "t.txt: the file is not UTF-8 text");
    }

    private static void refused(Path file, int most, String part) {
        String message = assertThrows(ExpressionException.class, () -> TextFile.read(file, "text", most))
                .getMessage();
        assertTrue(message.startsWith("[text] ") && message.contains(part), message);
    }
}
