package dev.swath.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Any text at all is split, half surrogates and unassigned code points too, and every piece says where it came from. */
class RandomTextTest {
    private static final Vocabulary WORDS = Vocabulary.of(List.of(
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##a", "ship", "##s", "on", "e", "i", "-", ".",
            "\u4e2d"));
    private static final List<String> PARTS = List.of(
            "ship",
            "ships",
            " ",
            "[SEP]",
            "[MASK]",
            "\u00e9",
            "\u0130",
            "\u4e2d",
            "\ud83d\ude00",
            "a\u0301",
            "\u0000",
            "\t");

    private static String text(SplittableRandom random) {
        StringBuilder out = new StringBuilder();
        int length = random.nextInt(40);
        for (int i = 0; i < length; i++) {
            switch (random.nextInt(4)) {
                case 0 -> out.append((char) random.nextInt(0x10000));
                case 1 -> out.appendCodePoint(random.nextInt(0x110000));
                case 2 -> out.append((char) (32 + random.nextInt(95)));
                default -> out.append(PARTS.get(random.nextInt(PARTS.size())));
            }
        }
        return out.toString();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyTextIsSplit(boolean clean) {
        WordPieceTokenizer tokenizer = new WordPieceTokenizer(WORDS, clean);
        SplittableRandom random = new SplittableRandom(11);
        for (int round = 0; round < 20_000; round++) {
            String text = text(random);
            int from = 0;
            List<Piece> pieces = tokenizer.tokenize(text);
            for (Piece piece : pieces) {
                assertEquals(piece.text(), WORDS.piece(piece.id()));
                assertTrue(
                        piece.start() >= from && piece.end() > piece.start() && piece.end() <= text.length(),
                        () -> piece + " in " + text);
                from = piece.start();
            }
            Encoding encoding = tokenizer.encode(text, 16);
            assertEquals(pieces.size() + 2 > 16, encoding.truncated());
            assertEquals(WORDS.id("[CLS]"), encoding.ids()[0]);
        }
    }

    @Test
    void vocabulariesOfRandomBytesAreReadOrRefused(@TempDir Path folder) throws IOException {
        SplittableRandom random = new SplittableRandom(12);
        Path file = folder.resolve("vocab.txt");
        for (int round = 0; round < 500; round++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            Files.write(file, bytes);
            assertTrue(assertThrows(TokenizerException.class, () -> Vocabulary.load(file))
                    .getMessage()
                    .contains(file.toString()));
        }
    }
}
