package dev.swath.files.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.swath.files.Fuzz;
import dev.swath.files.Mutations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonTest {
    /** Valid text with a few bytes changed, by a fixed seed: it is read or refused with the module's own exception. */
    @Test
    void mutatedTextIsReadOrRefused() {
        byte[] valid = """
                {"weights": {"bias": {"NN": 1.5e3, "JJ": -0.25}}, "tagdict": {"the": "DT", "\\u00e9\\n": "X"},
                 "classes": ["NN", "JJ", null, true, false, 12345678901234567, [], {}], "deep": [[[[{"a": [1, 2]}]]]]}
                """.getBytes(StandardCharsets.UTF_8);
        SplittableRandom random = new SplittableRandom(5);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            String text = new String(Mutations.mutate(valid, random), StandardCharsets.UTF_8);
            try {
                Object value = Json.parse(text);
                // What was read is written and read again to the same.
                assertTrue(
                        Json.write(value, false).equals(Json.write(Json.parse(Json.write(value, true)), false)), text);
            } catch (JsonException e) {
                refused++;
            } catch (RuntimeException | Error e) {
                fail("round " + round + ": " + text, e);
            }
        }
        assertTrue(refused > 0);
    }

    private static byte[] bytes(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    /** A configuration that is read key by key, whatever it holds. */
    @Test
    void fuzzedConfigurationsAreReadOrRefused() {
        List<byte[]> seeds = List.of(
                bytes(
                        "{\"a\": 3, \"b\": [1, 2], \"c\": {\"d\": 0.5, \"on\": true}, \"e\": \"x\", \"m\": {\"k\": \"v\"}}"),
                bytes("{\"a\": 1, \"b\": [], \"e\": \"\\u00e9\\n\"}"));
        List<byte[]> words = List.of(
                bytes("\"a\""),
                bytes("\"\u001b]0;x\u0007\""),
                bytes("\"\\u001b\\u0000\""),
                bytes("1e999"),
                bytes("-0"),
                bytes("9223372036854775808"),
                bytes("1".repeat(63)),
                bytes("1".repeat(65)),
                bytes("[".repeat(70)),
                bytes("\"" + "k".repeat(3000) + "\": 1,"),
                bytes("null"),
                bytes("\\ud800"));
        Fuzz fuzz = new Fuzz("fields", seeds, words, JsonException.class).run(input -> {
            Fields f = new Fields(Json.parseObject(new String(input, StandardCharsets.UTF_8)), "run.json");
            f.integer("a", 0, 0, 10);
            f.integers("b", List.of(), 4, 0, 9);
            Fields c = f.object("c");
            c.number("d", 0, 0, 1);
            c.flag("on", false);
            c.requireNoOthers();
            f.text("e", "");
            f.textMap("m");
            f.requireNoOthers();
        });
        assertTrue(fuzz.refused() > 0 && fuzz.refused() < fuzz.rounds());
    }

    @Test
    void boundsAreNamedByTheirKeys() {
        Fields f = new Fields(Json.parseObject("{\"swin\": {\"window\": 1000}}"), "config.json");
        assertEquals(
                "[config] config.json: 'swin.window' must lie in [1, 64]; got 1000",
                assertThrows(JsonException.class, () -> f.object("swin").integer("window", 7, 1, 64))
                        .getMessage());
        assertEquals("an integer of more than 64 bits", Json.kind(Json.parse("1000000000000000019884624838656")));
    }

    @Test
    void deepJsonIsRefused() {
        assertTrue(assertThrows(JsonException.class, () -> Json.parse("[".repeat(100_000)))
                .getMessage()
                .contains("nested at most"));
    }

    @Test
    void aFileMayBeginWithAByteOrderMark(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("config.json"), "\uFEFF{\"a\": 1}\r\n");
        assertEquals(Map.of("a", 1L), Fields.read(file));
        Files.writeString(file, "\uFEFF\uFEFF{}");
        assertThrows(JsonException.class, () -> Fields.read(file));
    }
}
