package dev.swath.files.json;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.swath.files.Mutations;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

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

    @Test
    void deepJsonIsRefused() {
        assertTrue(assertThrows(JsonException.class, () -> Json.parse("[".repeat(100_000)))
                .getMessage()
                .contains("nested at most"));
    }
}
