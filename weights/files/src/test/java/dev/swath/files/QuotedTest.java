package dev.swath.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class QuotedTest {
    @Test
    void whatSteersATerminalIsShownEscaped() {
        assertEquals("a\\u001b[31m\\u0007\\n\\r\\tb", Quoted.text("a\u001b[31m\u0007\n\r\tb"));
        assertEquals("\\u0085\\u009b\\u007f", Quoted.text("\u0085\u009b\u007f"));
        assertEquals("\\u202egnp.exe\\u2028", Quoted.text("\u202egnp.exe\u2028"));
        assertEquals("\\ud800 \\U000e0001", Quoted.text("\ud800 \udb40\udc01"));
        assertEquals("caf\u00e9 \u673a\u573a \ud83d\udea2", Quoted.text("caf\u00e9 \u673a\u573a \ud83d\udea2"));
        assertEquals("null", Quoted.text(null));
    }

    @Test
    void longTextIsCut() {
        assertEquals("a".repeat(120), Quoted.text("a".repeat(120)));
        assertEquals("a".repeat(120) + "...", Quoted.text("a".repeat(121)));
        assertEquals("\\u0000".repeat(20) + "...", Quoted.text("\0".repeat(50_000_000)));
        assertEquals("b".repeat(600) + "...", Quoted.rule("b".repeat(10_000)));
    }

    @Test
    void ofALongPathTheEndIsShown() {
        assertEquals("/a/b.png", Quoted.path(Path.of("/a/b.png")));
        assertEquals("/a/\\u001b.png", Quoted.path(Path.of("/a/\u001b.png")));
        String cut = Quoted.path(Path.of("/" + "a".repeat(64_000) + "/b.png"));
        assertTrue(cut.startsWith("/aaa") && cut.contains("a...a") && cut.endsWith("/b.png"), cut);
        assertTrue(cut.length() <= Quoted.MAX_PATH, cut);
        String escaped = Quoted.path(Path.of("\u001b".repeat(300) + ".png"));
        assertTrue(escaped.length() <= Quoted.MAX_PATH && escaped.endsWith("\\u001b.png"), escaped);
    }

    @Test
    void ofALongListTheFirstAreNamed() {
        assertEquals("", Quoted.list(List.of()));
        assertEquals("a, \\n", Quoted.list(List.of("a", "\n")));
        assertEquals("x, x, x, x, x, x, x, x and 19992 more", Quoted.list(Collections.nCopies(20_000, "x")));
    }

    @Test
    void noTextLeavesAControlCharacterOrGoesOverTheLength() {
        SplittableRandom random = new SplittableRandom(1);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(300); i > 0; i--) {
                text.append((char) random.nextInt(random.nextBoolean() ? 0x100 : 0x10000));
            }
            String shown = Quoted.text(text);
            assertTrue(shown.length() <= Quoted.MAX_TEXT + 3, shown);
            assertTrue(shown.chars().noneMatch(Character::isISOControl), shown);
        }
    }
}
